import type { AnyMethod } from '../method.ts'
import { parseParams } from '../parse-params.ts'
import { describeChecks, type Check, type Skips } from './check.ts'
import { declarationChecks } from './declaration-checks.ts'
import { listChecks } from './list-checks.ts'
import { lossChecks } from './loss-checks.ts'

export interface MethodContract {
  /** Lists that must hold no training positive. */
  readonly unseen?: readonly string[]
  /** Parameters, beside the defaults, that every law is tried with. */
  readonly variants?: readonly Readonly<Record<string, unknown>>[]
}

/** Every law of the method contract, as sentences with code: for a test runner of one's own. */
export function methodChecks(
  method: AnyMethod,
  { unseen = [], variants = [] }: MethodContract = {},
): Check[] {
  const cases = [{}, ...variants].map((given) => parseParams(method, given))
  return [
    ...declarationChecks(method),
    ...listChecks(method, cases, { unseen }),
    ...lossChecks(method, cases),
  ]
}

/**
 * The contract of methods as a vitest suite. It needs no trainer and no backbone: two small factor models stand in.
 *
 *     describeMethod(rrd, { unseen: ['interesting'], variants: [{ interesting: 'top' }] })
 *
 * @param skip Laws that do not apply, by name, each with its reason.
 */
export function describeMethod(
  method: AnyMethod,
  { skip = [], ...contract }: MethodContract & { readonly skip?: Skips } = {},
): void {
  describeChecks(`${method.name} keeps the method contract`, methodChecks(method, contract), skip)
}
