import { complaintsOf, type AnyMethod, type Size } from '@recdistill/plugin'
import type { z } from 'zod'

type Values = Readonly<Record<string, unknown>>
type Definition = Pick<AnyMethod, 'name' | 'check' | 'params'>

/** Larger than any data. */
const endless: Size = { numUsers: 2 ** 40, numItems: 2 ** 40 }

/** Whether values go together at all, whatever the data: what is wrong with others is no matter of its size. */
export function suitLargeData(definition: Pick<Definition, 'name' | 'check'>, params: Values): boolean {
  return complaintsOf(definition, params, endless).length === 0
}

/**
 * Smaller lengths of lists for a method that complains of its parameters: all lengths by one factor, so that they keep their
 * proportions, the largest that leaves nothing to say; or only those complained of, where that does not help. Which parameters are
 * lengths is told by `check` alone: it refuses those that are longer than any catalogue.
 * @param keep Parameters that stay as they are.
 * @returns What changes, or null where no factor helps.
 */
export function fittingValues(
  definition: Definition,
  params: Values,
  size: Size,
  { keep = [] }: { readonly keep?: readonly string[] } = {},
): Readonly<Record<string, number>> | null {
  const complaints = (values: Values, of: Size) => complaintsOf(definition, values, of)
  const problems = complaints(params, size)
  if (problems.length === 0) return {}
  const blamed = wholeNumbers(params, keep).filter((key) =>
    problems.some((problem) => isOf(problem, definition, key)),
  )
  const lengths = lengthsOf(definition, params, { keep })
  // A value that contradicts another does so in any proportion.
  for (const keys of suitLargeData(definition, params) ? [lengths, blamed] : [blamed, lengths]) {
    const longest = Math.max(0, ...keys.map((key) => Number(params[key])))
    for (let part = longest - 1; part > 0; part--) {
      const values = shortened(definition, params, keys, part / longest)
      if (complaints({ ...params, ...values }, size).length === 0) return values
    }
  }
  return null
}

/** Parameters that are lengths of lists, other than those to keep: no catalogue is long enough for any value of them. */
export function lengthsOf(
  definition: Definition,
  params: Values,
  { keep = [] }: { readonly keep?: readonly string[] } = {},
): readonly string[] {
  return wholeNumbers(params, keep).filter((key) => {
    const problems = complaintsOf(definition, { ...params, [key]: 2 ** 41 }, endless)
    return problems.some((problem) => isOf(problem, definition, key))
  })
}

function wholeNumbers(params: Values, keep: readonly string[]): readonly string[] {
  return Object.keys(params).filter((key) => Number.isInteger(params[key]) && !keep.includes(key))
}

function isOf(problem: string, { name }: Definition, key: string): boolean {
  return problem.startsWith(`${name}.${key}:`)
}

/** Values of `keys` times a factor, rounded down, but no shorter than the declarations allow; only what becomes another value. */
export function shortened(
  { params: { shape } }: Definition,
  params: Values,
  keys: readonly string[],
  factor: number,
): Record<string, number> {
  const shorter: Record<string, number> = {}
  for (const key of keys) {
    const before = Number(params[key])
    const allowed = (value: number) => (shape[key] as z.ZodType).safeParse(value).success
    let value = Math.max(1, Math.floor(before * factor))
    while (value < before && !allowed(value)) value++
    if (value !== before) shorter[key] = value
  }
  return shorter
}
