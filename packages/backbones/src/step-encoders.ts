import type { Rng } from '@recdistill/core'
import { z } from 'zod'
import type { UserEncoder } from './user-encoder.ts'

/**
 * What a distillation term sees of the dropout of a model that encodes users. None by default: a small student that is told what to
 * answer does not overfit it, and dropout keeps it from learning it.
 */
export const termDropout = z
  .enum(['none', 'batch', 'list'])
  .default('none')
  .describe(
    'dropout in a distillation term: none, one mask a user for all lists of a batch, or one for each list (as RCE-KD was released)',
  )

/** By what users are encoded: plainly when the model is asked, with dropout when it is differentiated in a step of training. */
export interface StepEncoders {
  readonly plain: UserEncoder
  /** Whether each list of the present step has masks of its own. */
  readonly apart: boolean
  /** A step begins; without its stream, there is none. */
  begin(training?: Rng): void
  /** For a list of ids, such as those scores are asked for, or for no list. Equal lists have the same encoder until the next step. */
  of(list?: Uint32Array): UserEncoder
  /** Pulls back what waits. Before a step of the optimiser. */
  settle(): void
}

/** @param noisy An encoder with the masks of a stream; null where the model drops nothing. */
export function stepEncoders(
  plain: UserEncoder,
  noisy: ((rng: Rng) => UserEncoder) | null,
  masks: z.output<typeof termDropout>,
): StepEncoders {
  const made = new Map<number | null, UserEncoder>()
  let step: Rng | null = null
  const apart = () => step !== null && masks === 'list'
  return {
    plain,
    get apart() {
      return apart()
    },
    begin(training) {
      made.clear()
      step = noisy && masks !== 'none' ? (training ?? null) : null
    },
    of(list) {
      if (!step || !noisy) return plain
      // by what is in the list, so that masks depend neither on the order of reading nor on who holds the array
      const key = apart() && list ? digest(list) : null
      let encoder = made.get(key)
      if (!encoder) made.set(key, (encoder = noisy(key === null ? step : step.fork('list').fork(key))))
      return encoder
    },
    settle() {
      plain.settle?.()
      for (const encoder of made.values()) encoder.settle?.()
    },
  }
}

function digest(ids: Uint32Array): number {
  let hash = ids.length
  for (const id of ids) hash = Math.imul(hash ^ id, 0x9e3779b1) ^ (hash >>> 15)
  return hash | 0
}
