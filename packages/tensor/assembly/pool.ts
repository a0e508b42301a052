/*
 * Fork and join on a shared memory. Pieces of a job are claimed one by one by whoever is free: `left` is how many nobody has yet,
 * above a margin that those eat into who find none. A job cannot end before each claimed piece is done, so whoever got one
 * reads the words of its own job, even a thread that was called to an earlier one. A pool is some words at an address, zero at first.
 */

/** Bytes of a pool; arguments of a job lie behind them. */
export const POOL: usize = 64
/** What `claim` returns where nothing is left. */
export const NONE: u32 = 0xffffffff

const enum Word {
  left,
  generation,
  pieces,
  done,
  sleepers,
  waiting,
  failed,
  quit,
}
/** More than the times that threads come and find nothing in one job. */
const MARGIN: u32 = 0x10000
/** Looks at a word this often before it sleeps on it. */
const SPINS: i32 = 20000

// @ts-ignore: decorator
@inline
function word(pool: usize, index: Word): usize {
  return pool + (<usize>index << 2)
}

/** Calls all threads to a job whose arguments are written. */
export function open(pool: usize, pieces: u32, workers: u32): void {
  store<u32>(word(pool, Word.pieces), pieces)
  atomic.store<u32>(word(pool, Word.done), 0)
  atomic.store<u32>(word(pool, Word.left), pieces + MARGIN)
  atomic.add<u32>(word(pool, Word.generation), 1)
  if (atomic.load<u32>(word(pool, Word.sleepers)) > 0) atomic.notify(word(pool, Word.generation), workers)
}

/** A piece that is nobody's yet. */
export function claim(pool: usize): u32 {
  const left = atomic.sub<u32>(word(pool, Word.left), 1)
  return left <= MARGIN ? NONE : load<u32>(word(pool, Word.pieces)) - (left - MARGIN)
}

/** Says that a claimed piece is done. */
export function finish(pool: usize): void {
  const pieces = load<u32>(word(pool, Word.pieces)) // read before: the last one done ends the job
  const done = atomic.add<u32>(word(pool, Word.done), 1) + 1
  if (done == pieces && atomic.load<u32>(word(pool, Word.waiting)) != 0)
    atomic.notify(word(pool, Word.done), 1)
}

/** Waits until all pieces are done; for the thread that opened the job. Traps where a worker failed, whose piece never will be. */
export function join(pool: usize): void {
  const pieces = load<u32>(word(pool, Word.pieces))
  for (let spin = 0; spin < SPINS; spin++) if (atomic.load<u32>(word(pool, Word.done)) == pieces) return
  atomic.store<u32>(word(pool, Word.waiting), 1)
  while (true) {
    const done = atomic.load<u32>(word(pool, Word.done))
    if (done == pieces) break
    if (atomic.load<u32>(word(pool, Word.failed)) != 0) unreachable()
    atomic.wait<u32>(word(pool, Word.done), done, 100_000_000)
  }
  atomic.store<u32>(word(pool, Word.waiting), 0)
}

/** Says that the calling worker is lost, and with it the piece it had. */
export function fail(pool: usize): void {
  atomic.store<u32>(word(pool, Word.failed), 1)
}

/** Waits until the pool's generation is another than `seen` and returns it; `isClosed` says whether there is a job. */
export function awaitJob(pool: usize, seen: u32): u32 {
  while (true) {
    for (let spin = 0; spin < SPINS; spin++) {
      const generation = atomic.load<u32>(word(pool, Word.generation))
      if (generation != seen) return generation
    }
    atomic.add<u32>(word(pool, Word.sleepers), 1)
    atomic.wait<u32>(word(pool, Word.generation), seen, -1)
    atomic.sub<u32>(word(pool, Word.sleepers), 1)
  }
}

export function isClosed(pool: usize): bool {
  return atomic.load<u32>(word(pool, Word.quit)) != 0
}

/** Sends all workers home. */
export function close(pool: usize): void {
  atomic.store<u32>(word(pool, Word.quit), 1)
  atomic.add<u32>(word(pool, Word.generation), 1)
  atomic.notify(word(pool, Word.generation), -1)
}
