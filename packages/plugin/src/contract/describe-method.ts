import type { AnyMethod } from '../method.ts'
import type { Skips } from './check.ts'
import { describeChecks } from './describe-checks.ts'
import { methodChecks, type MethodContract } from './method-checks.ts'

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
