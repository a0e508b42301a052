import { SCRATCH } from './batch-matmul'
import { awaitJob, claim, close, fail, finish, isClosed, join, NONE, open, POOL } from './pool'
import { productsPiece } from './products'
import { dropPiece, layerNormPiece, pullLayerNormPiece } from './row-jobs'

/*
 * Kernels by all threads. A team is a pool with the words of its job behind it, then a scratch for each thread. A piece has the
 * same numbers whoever computes it; where there are no workers, the caller does all.
 */

const WORDS: usize = 64

export const enum Job {
  products,
  layerNorm,
  pullLayerNorm,
  drop,
}

/** Bytes of a team, which are zero at first. */
export function teamBytes(threads: u32): usize {
  return POOL + WORDS * 4 + <usize>threads * SCRATCH * 4
}

/** The life of a worker: takes part in every job until the team is dismissed. */
export function serve(team: usize, thread: u32): void {
  for (let seen = awaitJob(team, 0); !isClosed(team); seen = awaitJob(team, seen)) work(team, thread)
}

export function dismiss(team: usize): void {
  close(team)
}

/** For a worker that `serve` threw at. */
export function abandon(team: usize): void {
  fail(team)
}

/** Writes a word of the job; word 0 is its name. */
// @ts-ignore: decorator
@inline
export function set(team: usize, index: usize, word: usize): void {
  store<u32>(team + POOL + (index << 2), <u32>word)
}

// @ts-ignore: decorator
@inline
export function word(team: usize, index: usize): usize {
  return <usize>load<u32>(team + POOL + (index << 2))
}

/** Does all pieces of a job whose words are written. */
export function share(team: usize, workers: u32, job: Job, pieces: usize): void {
  set(team, 0, job)
  if (workers == 0 || pieces < 2) {
    for (let piece: usize = 0; piece < pieces; piece++) run(team, piece, 0)
    return
  }
  open(team, <u32>pieces, workers)
  work(team, 0)
  join(team)
}

function work(team: usize, thread: u32): void {
  for (let piece = claim(team); piece != NONE; piece = claim(team)) {
    run(team, piece, thread)
    finish(team)
  }
}

function run(team: usize, piece: usize, thread: u32): void {
  const scratch = team + POOL + WORDS * 4 + <usize>thread * SCRATCH * 4
  const job = word(team, 0)
  if (job == Job.products) productsPiece(team, piece, scratch)
  else if (job == Job.layerNorm) layerNormPiece(team, piece)
  else if (job == Job.pullLayerNorm) pullLayerNormPiece(team, piece)
  else dropPiece(team, piece, scratch)
}
