import { show } from '@recdistill/core'
import type { FusedLoss } from './fused.ts'
import { undeclared } from './undeclared.ts'

/** What each built-in loss is told: names of lists, of values, and the rest. */
const parts: Record<FusedLoss['kind'], { lists: string[]; values: string[]; rest: string[] }> = {
  softCrossEntropy: { lists: ['list'], values: [], rest: ['temperature'] },
  catalogueCrossEntropy: { lists: ['list'], values: [], rest: ['temperature'] },
  binaryCrossEntropy: { lists: ['list'], values: [], rest: ['temperature', 'shift'] },
  relaxedRanking: { lists: ['listed', 'background'], values: [], rest: ['scoreCap'] },
  rceKd: { lists: ['top', 'approximate'], values: ['gamma'], rest: ['temperature'] },
}

/** What is wrong with the loss a method names, which a compiler would have told; null where it is a built-in one of what is declared. */
export function fusedProblem(
  fused: unknown,
  declared: { readonly lists: object; readonly values: object },
): string | null {
  const given = Object(fused) as Readonly<Record<string, unknown>>
  const kind = given.kind as FusedLoss['kind']
  if (!Object.hasOwn(parts, kind))
    return `fused gives { kind, ... }, its kind one of ${Object.keys(parts).join(', ')}; got ${show(fused)}`
  const { lists, values, rest } = parts[kind]
  const all = [...lists, ...values, ...rest]
  const missing = all.find((part) => given[part] === undefined)
  if (missing) return `fused of kind "${kind}" has ${all.join(', ')}; ${missing} is not there`
  const problems = [
    ...lists.map((part) => undeclared('list', given[part], Object.keys(declared.lists))),
    ...values.map((part) => undeclared('value', given[part], Object.keys(declared.values))),
  ]
  const first = problems.find((problem) => problem !== null)
  return first ? `fused: ${first}` : null
}
