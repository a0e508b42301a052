import type { AnyMethod } from '../method.ts'
import { parseParams } from '../parse-params.ts'
import type { Check } from './check.ts'
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
