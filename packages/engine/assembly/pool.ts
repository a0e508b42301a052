import { Control } from '../src/wasm/layout'
import { run } from './kernels'
import { word } from './memory'

/**
 * Fork and join. A job is `chunks` pieces of work, claimed one by one by whoever is free; the pieces do not depend on
 * who takes them, so nothing depends on the number of threads. `claim` holds the generation of the job above the
 * number of pieces left (plus a margin), so a claim belongs to exactly one job, and a job whose claim was valid cannot
 * end before that piece is done.
 */
const MARGIN: u32 = 0x10000

/** Looks at a word this often before it sleeps on it. */
const SPINS: i32 = 20000

/** Runs all pieces of a job and returns when they are done. Called by the thread that owns the engine. */
export function fork(kernel: u32, chunks: u32, workers: u32): void {
  if (workers == 0 || chunks < 2) {
    for (let chunk: u32 = 0; chunk < chunks; chunk++) run(kernel, chunk, 0)
    return
  }
  store<u32>(word(Control.kernel), kernel)
  store<u32>(word(Control.chunks), chunks)
  atomic.store<u32>(word(Control.done), 0)
  const generation = atomic.load<u32>(word(Control.generation)) + 1
  atomic.store<u64>(word(Control.claim), (<u64>generation << 32) | <u64>(chunks + MARGIN))
  atomic.store<u32>(word(Control.generation), generation)
  if (atomic.load<u32>(word(Control.sleepers)) > 0) atomic.notify(word(Control.generation), workers)
  work(0)
  for (let spin = 0; spin < SPINS; spin++) if (atomic.load<u32>(word(Control.done)) == chunks) return
  atomic.store<u32>(word(Control.waiting), 1)
  while (true) {
    const done = atomic.load<u32>(word(Control.done))
    if (done == chunks || atomic.load<u32>(word(Control.failed)) != 0) break
    atomic.wait<u32>(word(Control.done), done, 100_000_000)
  }
  atomic.store<u32>(word(Control.waiting), 0)
}

/** The life of a worker: take part in every job until told to quit. */
export function serve(thread: u32): void {
  let seen: u32 = 0
  while (atomic.load<u32>(word(Control.quit)) == 0) {
    let generation = atomic.load<u32>(word(Control.generation))
    for (let spin = 0; spin < SPINS && generation == seen; spin++)
      generation = atomic.load<u32>(word(Control.generation))
    if (generation == seen) {
      atomic.add<u32>(word(Control.sleepers), 1)
      atomic.wait<u32>(word(Control.generation), seen, -1)
      atomic.sub<u32>(word(Control.sleepers), 1)
      continue
    }
    seen = generation
    work(thread)
  }
}

/** Takes pieces of the current job until none is left. */
function work(thread: u32): void {
  while (true) {
    const left = <u32>atomic.sub<u64>(word(Control.claim), 1)
    if (left <= MARGIN) return
    const chunks = load<u32>(word(Control.chunks))
    run(load<u32>(word(Control.kernel)), chunks - (left - MARGIN), thread)
    const done = atomic.add<u32>(word(Control.done), 1) + 1
    if (done == chunks && atomic.load<u32>(word(Control.waiting)) != 0) atomic.notify(word(Control.done), 1)
  }
}
