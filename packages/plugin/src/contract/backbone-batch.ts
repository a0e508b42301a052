import { createRng } from '@recdistill/core'
import type { BackboneDefinition, PairBatch } from '../backbone.ts'

const none = new Uint32Array(0)
const pairs = {
  users: Uint32Array.of(0, 2, 2, 4),
  positives: Uint32Array.of(4, 0, 8, 10),
  negatives: Uint32Array.of(1, 2, 5, 10, 11, 5, 0, 1),
  negativesPerRow: 2,
}
const users = { users: Uint32Array.of(4, 0, 5, 2), positives: none, negatives: none, negativesPerRow: 0 }

export const rowsInBatch = 4

/** A batch of the kind a backbone asks for, or rows `from` up to `to` of it; every call is the same step, its stream at the start. */
export function batchFor(
  { batches = 'pairs' }: Pick<BackboneDefinition, 'batches'>,
  from = 0,
  to = rowsInBatch,
): PairBatch {
  const { negativesPerRow, ...batch } = batches === 'pairs' ? pairs : users
  return {
    users: batch.users.slice(from, to),
    positives: batch.positives.slice(from, to),
    negatives: batch.negatives.slice(from * negativesPerRow, to * negativesPerRow),
    negativesPerRow,
    rng: createRng(9),
  }
}
