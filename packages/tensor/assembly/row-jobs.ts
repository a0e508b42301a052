import { layerNorm, pullLayerNorm } from './layer-norm'
import { dropOfStream } from './stream-dropout'
import { Job, set, share, word } from './team'

/* Kernels that work row by row, by all threads. */

/** Elements of a piece, about. */
const ELEMENTS: usize = 1 << 13

const enum Word {
  rows = 1,
  width,
  a,
  b,
  c,
  d,
  each, // rows of a piece
  eps,
  key0,
  key1,
  limit,
  rest, // f64
  kept = 14,
}

/** See `layerNorm`. */
export function layerNorms(
  team: usize,
  workers: u32,
  x: usize,
  y: usize,
  inverse: usize,
  rows: usize,
  width: usize,
  eps: f32,
): void {
  set(team, Word.a, x)
  set(team, Word.b, y)
  set(team, Word.c, inverse)
  set(team, Word.eps, reinterpret<u32>(eps))
  shareRows(team, workers, Job.layerNorm, rows, width)
}

export function layerNormPiece(team: usize, piece: usize): void {
  const width = word(team, Word.width)
  const from = firstOf(team, piece)
  const skipped = (from * width) << 2
  layerNorm(
    word(team, Word.a) + skipped,
    word(team, Word.b) + skipped,
    word(team, Word.c) + (from << 2),
    firstOf(team, piece + 1) - from,
    width,
    reinterpret<f32>(<u32>word(team, Word.eps)),
  )
}

/** See `pullLayerNorm`. */
export function pullLayerNorms(
  team: usize,
  workers: u32,
  g: usize,
  y: usize,
  inverse: usize,
  out: usize,
  rows: usize,
  width: usize,
): void {
  set(team, Word.a, g)
  set(team, Word.b, y)
  set(team, Word.c, inverse)
  set(team, Word.d, out)
  shareRows(team, workers, Job.pullLayerNorm, rows, width)
}

export function pullLayerNormPiece(team: usize, piece: usize): void {
  const width = word(team, Word.width)
  const from = firstOf(team, piece)
  const skipped = (from * width) << 2
  pullLayerNorm(
    word(team, Word.a) + skipped,
    word(team, Word.b) + skipped,
    word(team, Word.c) + (from << 2),
    word(team, Word.d) + skipped,
    firstOf(team, piece + 1) - from,
    width,
  )
}

/** Row r of x times the mask of substream ids[r], `sizes[r]` elements of it, and 0 behind them; see `dropOfStream`. */
export function dropRows(
  team: usize,
  workers: u32,
  key0: u32,
  key1: u32,
  ids: usize,
  sizes: usize,
  limit: u32,
  rest: f64,
  kept: f32,
  x: usize,
  rows: usize,
  width: usize,
  out: usize,
): void {
  set(team, Word.key0, key0)
  set(team, Word.key1, key1)
  set(team, Word.a, x)
  set(team, Word.b, ids)
  set(team, Word.c, sizes)
  set(team, Word.d, out)
  set(team, Word.limit, limit)
  set(team, Word.rest, <usize>reinterpret<u64>(rest))
  set(team, Word.rest + 1, <usize>(reinterpret<u64>(rest) >> 32))
  set(team, Word.kept, reinterpret<u32>(kept))
  shareRows(team, workers, Job.drop, rows, width)
}

export function dropPiece(team: usize, piece: usize, scratch: usize): void {
  const width = word(team, Word.width)
  const to = firstOf(team, piece + 1)
  for (let row = firstOf(team, piece); row < to; row++) {
    const skipped = (row * width) << 2
    dropOfStream(
      <i32>word(team, Word.key0),
      <i32>word(team, Word.key1),
      load<i32>(word(team, Word.b) + (row << 2)),
      <u32>word(team, Word.limit),
      reinterpret<f64>(<u64>word(team, Word.rest) | (<u64>word(team, Word.rest + 1) << 32)),
      reinterpret<f32>(<u32>word(team, Word.kept)),
      word(team, Word.a) + skipped,
      load<u32>(word(team, Word.c) + (row << 2)),
      width,
      word(team, Word.d) + skipped,
      scratch,
    )
  }
}

function shareRows(team: usize, workers: u32, job: Job, rows: usize, width: usize): void {
  const each = max<usize>(1, ELEMENTS / max<usize>(1, width))
  set(team, Word.rows, rows)
  set(team, Word.width, width)
  set(team, Word.each, each)
  share(team, workers, job, (rows + each - 1) / each)
}

/** First row of a piece, or the number of rows for the one behind the last. */
function firstOf(team: usize, piece: usize): usize {
  return min(piece * word(team, Word.each), word(team, Word.rows))
}
