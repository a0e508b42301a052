/*
 * A mixture of experts and its gradient on a shared memory, by all threads. Addresses are bytes; all elements are f32.
 *
 *     out[r] = sum over e of z[r, e] (relu(x[r] W_e + b_e) V_e + c_e)
 *
 * What is 0 is not computed: hidden units that are off (about half), and experts whose weight is 0 (the caller makes it so
 * where it would be lost in rounding: nearly all once the selection is sharp). The units of a row that are on are listed; V lies
 * in panels of 32 columns that stay in the first cache while the lists of a block of rows run over them.
 * Pieces of a job (experts, or blocks of rows) write to places of their own, so nothing depends on the number of threads.
 */

import { addParts, differentiate } from './experts/differentiate'
import { Field, field, fields } from './experts/memory'
import { mix } from './experts/mix'
import { pack } from './experts/pack'
import { scratchBytes } from './experts/scratch'
import { awaitJob, claim, close, fail, finish, isClosed, join, NONE, open, POOL } from './pool'

export { fieldsAt, heapAt, packedBytes } from './experts/memory'
export { scratchBytes } from './experts/scratch'

// @ts-ignore: decorator
@inline
function pool(): usize {
  return fields() + 192
}

/** Runs all pieces of a job and returns when they are done. Called by the thread that owns the memory. */
export function fork(job: u32, pieces: u32, workers: u32): void {
  if (workers == 0 || pieces < 2) {
    for (let piece: u32 = 0; piece < pieces; piece++) run(job, piece, 0)
    return
  }
  store<u32>(pool() + POOL, job)
  open(pool(), pieces, workers)
  work(0)
  join(pool())
}

/** The life of a worker: takes part in every job until the pool is closed. */
export function serve(thread: u32): void {
  for (let seen = awaitJob(pool(), 0); !isClosed(pool()); seen = awaitJob(pool(), seen)) work(thread)
}

export function quit(): void {
  close(pool())
}

/** For a worker that `serve` threw at. */
export function abandon(): void {
  fail(pool())
}

function work(thread: u32): void {
  for (let piece = claim(pool()); piece != NONE; piece = claim(pool())) {
    run(load<u32>(pool() + POOL), piece, thread)
    finish(pool())
  }
}

/** job 0: pack an expert, 1: mix a block of rows, 2: gradient of an expert, 3: gradient of a block of x. */
export function run(job: u32, piece: u32, thread: u32): void {
  const scratch = field(Field.scratch) + <usize>thread * scratchBytes()
  if (job == 0) pack(piece)
  else if (job == 1) mix(piece, scratch)
  else if (job == 2) differentiate(piece, scratch)
  else addParts(piece)
}
