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

export { fieldsAt, heapAt, packedBytes } from './experts/memory'
export { scratchBytes } from './experts/scratch'

/*
 * Fork and join. Pieces of a job are claimed one by one by whoever is free. Between jobs `next` is beyond every number of
 * pieces, so a thread that comes late finds nothing to do.
 */
const enum Control {
  generation,
  next,
  pieces,
  done,
  job,
  quit,
}
const IDLE: u32 = 0x40000000
const SPINS: i32 = 2000

// @ts-ignore: decorator
@inline
function control(index: Control): usize {
  return fields() + 192 + (<usize>index << 2)
}

/** Runs all pieces of a job and returns when they are done. Called by the thread that owns the memory. */
export function fork(job: u32, pieces: u32, workers: u32): void {
  if (workers == 0 || pieces < 2) {
    for (let piece: u32 = 0; piece < pieces; piece++) run(job, piece, 0)
    return
  }
  store<u32>(control(Control.job), job)
  store<u32>(control(Control.pieces), pieces)
  atomic.store<u32>(control(Control.done), 0)
  atomic.store<u32>(control(Control.next), 0)
  atomic.add<u32>(control(Control.generation), 1)
  atomic.notify(control(Control.generation), workers)
  work(0)
  while (true) {
    const done = atomic.load<u32>(control(Control.done))
    if (done == pieces) break
    atomic.wait<u32>(control(Control.done), done, 100_000_000)
  }
  atomic.store<u32>(control(Control.next), IDLE)
}

/** The life of a worker: take part in every job until told to quit. */
export function serve(thread: u32): void {
  let seen: u32 = 0
  while (atomic.load<u32>(control(Control.quit)) == 0) {
    for (let spin = 0; spin < SPINS && atomic.load<u32>(control(Control.generation)) == seen; spin++) {}
    const generation = atomic.load<u32>(control(Control.generation))
    if (generation == seen) {
      atomic.wait<u32>(control(Control.generation), seen, -1)
      continue
    }
    seen = generation
    work(thread)
  }
}

function work(thread: u32): void {
  while (true) {
    const piece = atomic.add<u32>(control(Control.next), 1)
    if (piece >= load<u32>(control(Control.pieces))) return
    run(load<u32>(control(Control.job)), piece, thread)
    const done = atomic.add<u32>(control(Control.done), 1) + 1
    if (done == load<u32>(control(Control.pieces))) atomic.notify(control(Control.done), 1)
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
