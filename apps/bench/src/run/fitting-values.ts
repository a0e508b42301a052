import type { AnyMethod, World } from '@recdistill/plugin'

type Values = Readonly<Record<string, unknown>>

/**
 * Smaller values for the numbers a method complains of, e.g. of lists longer than the catalogue: all of them are halved together, so that
 * they keep their proportions, until nothing is left to say.
 * @returns What has to change, or null where halving does not help.
 */
export function fittingValues(
  { name, check }: Pick<AnyMethod, 'name' | 'check'>,
  params: Values,
  world: World,
): Readonly<Record<string, number>> | null {
  const halved: Record<string, number> = {}
  for (let divisor = 1; ;) {
    const problems = check?.({ ...params, ...halved }, world) ?? []
    if (problems.length === 0) return halved
    const key = keyOf(problems[0], name)
    if (key === null || typeof params[key] !== 'number') return null
    if (key in halved && Object.values(halved).every((value) => value === 1)) return null
    if (divisor === 1 || key in halved) divisor *= 2
    for (const each of [...Object.keys(halved), key])
      halved[each] = Math.max(1, Math.floor((params[each] as number) / divisor))
  }
}

/** Of `rrd.maxK: expected ...` it is `maxK`. */
function keyOf(problem: string, name: string): string | null {
  const place = problem.slice(0, Math.max(0, problem.indexOf(':')))
  return place.startsWith(`${name}.`) ? place.slice(name.length + 1) : null
}
