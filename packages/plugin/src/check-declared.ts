import { InputError, show } from '@recdistill/core'
import type { Aux, AuxSpec, Backgrounds, Lists, Rows, RowsSpec, Values } from './declarations.ts'
import type { FusedLoss } from './fused.ts'
import { fusedProblem } from './fused-problem.ts'
import { undeclared } from './undeclared.ts'

/** What a method has declared, once its parameters and its world are known. */
export interface Declared {
  readonly lists: Lists
  readonly values: Values
  readonly rows: Rows
  readonly aux: Aux
  readonly backgrounds: Backgrounds
  /** The loss by name, where there is one. */
  readonly fused?: FusedLoss | null
}

/**
 * Holds what a method declares to its types: one in JavaScript has no compiler to tell it, and what is wrong here would be met
 * far from its cause, or never.
 * @param method Its name: speaks in the errors.
 * @throws InputError with the first part that is wrong.
 */
export function checkDeclared(
  method: string,
  { lists, values, rows, aux, backgrounds, fused }: Declared,
): void {
  const names = Object.keys(lists)
  const refuse = (what: string): never => {
    throw new InputError(`${method}: ${what}`)
  }
  const each = (kind: string, of: unknown, check: (spec: Fields) => string | null): void => {
    if (!isObject(of)) return refuse(`${kind}s: expected an object of them by name, got ${show(of)}`)
    for (const [name, spec] of Object.entries(of)) {
      const problem = isObject(spec) ? check(spec) : `expected an object, got ${show(spec)}`
      if (problem) refuse(`${kind} "${name}": ${problem}`)
    }
  }
  each('list', lists, listProblem)
  each('value', values, valueProblem)
  for (const [name, spec] of Object.entries(rows)) {
    const problem = rowsProblem(spec, names)
    if (problem) refuse(`rows "${name}": ${problem}`)
  }
  each('aux', aux, auxProblem)
  each('background', backgrounds, ({ without }) =>
    Array.isArray(without)
      ? (without.map((list) => undeclared('list', list, names)).find((problem) => problem !== null) ?? null)
      : `without: expected the names of lists, got ${show(without)}`,
  )
  const problem = fused && fusedProblem(fused, { lists, values })
  if (problem) refuse(problem)
}

type Fields = Readonly<Record<string, unknown>>

function listProblem(spec: Fields): string | null {
  if ('pair' in spec)
    return spec.pair === 'positive' || spec.pair === 'negatives'
      ? null
      : `pair: expected 'positive' or 'negatives', got ${show(spec.pair)}`
  if (spec.size === 'catalogue')
    return 'draw' in spec
      ? 'holds every item, so there is nothing to draw; leave draw out, or give a size'
      : null
  if (!isSize(spec.size)) return sizeProblem(spec.size, ", or 'catalogue'")
  if (spec.per !== undefined && spec.per !== 'user' && spec.per !== 'pair')
    return `per: expected 'user' or 'pair', got ${show(spec.per)}`
  if (typeof spec.draw !== 'function') return `draw: expected a function, got ${show(spec.draw)}`
  if (spec.per === 'pair' && !isEpochs(spec.refresh))
    return `refresh: expected { epochs: n } for a list of training pairs, got ${show(spec.refresh)}`
  return refreshProblem(spec.refresh)
}

function valueProblem(spec: Fields): string | null {
  if (!isSize(spec.size)) return sizeProblem(spec.size)
  if (typeof spec.fill !== 'function') return `fill: expected a function, got ${show(spec.fill)}`
  return refreshProblem(spec.refresh)
}

/** What is never due would be an empty list in silence. */
function refreshProblem(refresh: unknown): string | null {
  if (refresh === 'once' || refresh === 'batch' || isEpochs(refresh)) return null
  return `refresh: expected 'once', 'batch' or { epochs: n }, got ${show(refresh)}`
}

function rowsProblem(spec: RowsSpec, lists: readonly string[]): string | null {
  const words: readonly unknown[] = ['users', 'positives', 'negatives', 'items']
  if (words.includes(spec)) return null
  const { of, random, all, per, list } = Object(spec) as Fields
  if (of === 'items' && list !== undefined) return undeclared('list', list, lists)
  const isOne = all === true || (of === 'users' && per === 'row') || (isSize(random) && random > 0)
  if ((of === 'users' || of === 'items') && isOne) return null
  return `expected 'users', 'positives', 'negatives', 'items', or { of, ... } with random, all, per or list, got ${show(spec)}`
}

function auxProblem(spec: Fields): string | null {
  const { shape, init } = spec as unknown as AuxSpec
  if (!Array.isArray(shape) || !shape.every((side) => isSize(side)))
    return `shape: expected a list of whole numbers, got ${show(shape)}`
  if (!shape.every((side) => side > 0))
    return `has shape [${shape.join(', ')}]; every side must be at least 1`
  const { uniform, normal } = Object(init) as Fields
  if (init === 'zeros' || Number.isFinite(uniform ?? normal)) return null
  return `init: expected 'zeros', { uniform: a } or { normal: deviation }, got ${show(init)}`
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0
}

function sizeProblem(size: unknown, or = ''): string {
  return `size: expected an integer >= 0${or}, got ${show(size)}`
}

function isEpochs(refresh: unknown): boolean {
  const { epochs } = Object(refresh) as Fields
  return Number.isInteger(epochs) && (epochs as number) >= 1
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
