import type { Model } from './model.ts'

/**
 * A built-in loss named as data, so that a backbone with a kernel for it can skip the tape. Whoever has no such kernel
 * evaluates the method's `loss` instead; the method contract suite holds the two to the same value and gradient.
 * Strings name the method's lists and values.
 */
export type FusedLoss =
  /** Spec K2 on one list: student against teacher, both over `temperature`. */
  | { readonly kind: 'softCrossEntropy'; readonly list: string; readonly temperature: number }
  /** Spec K2 on the list of the whole catalogue. */
  | { readonly kind: 'catalogueCrossEntropy'; readonly list: string; readonly temperature: number }
  /** Spec K4 on one list, against sigmoid((teacher + shift) / temperature). */
  | {
      readonly kind: 'binaryCrossEntropy'
      readonly list: string
      readonly temperature: number
      readonly shift: number
    }
  /** Spec K3: `listed` best first against `background`. */
  | {
      readonly kind: 'relaxedRanking'
      readonly listed: string
      readonly background: string
      readonly scoreCap: number | null
    }
  /** (1 - gamma) K2 on `top` + gamma K2 on `approximate`; `gamma` names a value of size 1. */
  | {
      readonly kind: 'rceKd'
      readonly top: string
      readonly approximate: string
      readonly gamma: string
      readonly temperature: number
    }

/** The rows a fused loss runs over. Every array is per row of the batch, gathered by the trainer. */
export interface FusedInput {
  readonly users: Uint32Array // [rows]
  /** Multiplicity of each row (a user that stands twice in a batch of pairs weighs 2). */
  readonly weights: Float32Array // [rows]
  /** With the teacher's scores, where the loss reads them. */
  readonly lists: Readonly<
    Record<string, { readonly items: Uint32Array; readonly k: number; readonly teacher?: Float32Array }>
  >
  readonly values: Readonly<Record<string, { readonly data: Float32Array; readonly size: number }>>
  /** For a loss that reads all of the teacher's scores; a list of the whole catalogue does not stand in `lists`. */
  readonly teacher?: Model
}
