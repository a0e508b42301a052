import type { AnyMethod, World } from '@recdistill/plugin'

type Values = Readonly<Record<string, unknown>>

/**
 * Smaller values for the numbers a method complains of, e.g. of lists longer than the catalogue: each is halved until nothing is
 * left to say.
 * @returns What has to change, or null where halving does not help.
 */
export function fittingValues(
  { name, check }: Pick<AnyMethod, 'name' | 'check'>,
  params: Values,
  world: World,
): Readonly<Record<string, number>> | null {
  const changed: Record<string, number> = {}
  for (;;) {
    const problems = check?.({ ...params, ...changed }, world) ?? []
    if (problems.length === 0) return changed
    const key = keyOf(problems[0], name)
    const value = key === null ? undefined : (changed[key] ?? params[key])
    if (key === null || typeof value !== 'number' || value < 2) return null
    changed[key] = Math.floor(value / 2)
  }
}

/** Of `rrd.maxK: expected ...` it is `maxK`. */
function keyOf(problem: string, name: string): string | null {
  const place = problem.slice(0, Math.max(0, problem.indexOf(':')))
  return place.startsWith(`${name}.`) ? place.slice(name.length + 1) : null
}
