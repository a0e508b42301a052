import type { AnyMethod } from '../method.ts'
import { parseParams } from '../parse-params.ts'
import { auxChecks } from './aux-checks.ts'
import type { Check } from './check.ts'
import { declarationChecks } from './declaration-checks.ts'
import { listChecks } from './list-checks.ts'
import { lossChecks } from './loss-checks.ts'
import type { Params } from './scene.ts'
import { itemSideOf, teacherSide, userSide } from './subject.ts'

export interface MethodContract {
  /** Lists that must hold no training positive. */
  readonly unseen?: readonly string[]
  /** Lists drawn with replacement: an item may stand twice. */
  readonly repeats?: readonly string[]
  /** The same for the lists of the item side. */
  readonly itemSide?: { readonly unseen?: readonly string[]; readonly repeats?: readonly string[] }
  /** Parameters, beside the defaults, that every law is tried with. */
  readonly variants?: readonly Params[]
  /**
   * Parameters for which the loss holds parts of the model in training constant (a stopped gradient). Finite differences then
   * leave out its tables; those of auxiliary tensors stay.
   */
  readonly detached?: boolean | ((params: Params) => boolean)
  /** How many teachers there are where the method asks for their trajectories. */
  readonly teachers?: number
  /** Epochs that lists and values are drawn over; losses run at the first and the last of them. */
  readonly epochs?: number
}

/** Every law of the method contract, as sentences with code: for a test runner of one's own. */
export function methodChecks(
  method: AnyMethod,
  {
    unseen = [],
    repeats = [],
    itemSide = {},
    variants = [],
    detached = false,
    teachers = 1,
    epochs = 3,
  }: MethodContract = {},
): Check[] {
  const cases = [{}, ...variants].map((given) => parseParams(method, given))
  const options = {
    unseen,
    repeats,
    itemSide: { unseen: itemSide.unseen ?? [], repeats: itemSide.repeats ?? [] },
    detached: typeof detached === 'function' ? detached : () => detached,
    teachers,
    epochs,
  }
  const users = userSide(method, cases, options)
  const teacher = teacherSide(method, cases, options)
  const items = itemSideOf(method, cases, options)
  return [
    ...declarationChecks(method, cases),
    ...listChecks(users),
    ...lossChecks(users),
    ...auxChecks(users),
    ...(teacher ? lossChecks(teacher) : []),
    ...(items ? [...listChecks(items), ...lossChecks(items)] : []),
  ]
}
