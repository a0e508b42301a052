import { matmul } from './batch-matmul'
import { Job, set, share, word } from './team'

/** Products and sums of a piece, about: some ten microseconds. */
const PIECE: u64 = 1 << 17
/** Rows of a large product in one piece: what is packed at a time. */
const ROWS: usize = 64

const enum Word {
  count = 1,
  a,
  aStep,
  aRow,
  aColumn,
  b,
  bStep,
  bRow,
  bColumn,
  out,
  m,
  k,
  n,
  rows, // of a piece
  together, // products of a piece
}

/** out[i] = a[i] b[i] for i below `count`, operands `aStep` and `bStep` elements apart; see `matmul`. */
export function products(
  team: usize,
  workers: u32,
  count: usize,
  a: usize,
  aStep: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bStep: usize,
  bRow: usize,
  bColumn: usize,
  out: usize,
  m: usize,
  k: usize,
  n: usize,
): void {
  const size = <u64>m * k * n // of matrices that fit in the memory, yet it may be beyond 2^32
  // A multiple of the rows of a tile, so that tiles are the same however a product is cut.
  const rows = size <= 2 * PIECE ? m : m >= 2 * ROWS ? ROWS : ((m + 15) >> 4) << 2
  const together = rows < m ? 1 : <usize>max<u64>(1, PIECE / size)
  set(team, Word.count, count)
  set(team, Word.a, a)
  set(team, Word.aStep, aStep)
  set(team, Word.aRow, aRow)
  set(team, Word.aColumn, aColumn)
  set(team, Word.b, b)
  set(team, Word.bStep, bStep)
  set(team, Word.bRow, bRow)
  set(team, Word.bColumn, bColumn)
  set(team, Word.out, out)
  set(team, Word.m, m)
  set(team, Word.k, k)
  set(team, Word.n, n)
  set(team, Word.rows, rows)
  set(team, Word.together, together)
  const pieces = rows < m ? count * partsOf(m, rows) : partsOf(count, together)
  share(team, workers, Job.products, pieces)
}

export function productsPiece(team: usize, piece: usize, scratch: usize): void {
  const m = word(team, Word.m)
  const n = word(team, Word.n)
  const rows = word(team, Word.rows)
  const together = word(team, Word.together)
  const parts = partsOf(m, rows)
  const from = rows < m ? piece / parts : piece * together
  const to = min(from + together, word(team, Word.count))
  const row = rows < m ? (piece % parts) * rows : 0
  const aRow = word(team, Word.aRow)
  for (let index = from; index < to; index++)
    matmul(
      word(team, Word.a) + (index * word(team, Word.aStep) + row * aRow) * 4,
      aRow,
      word(team, Word.aColumn),
      word(team, Word.b) + index * word(team, Word.bStep) * 4,
      word(team, Word.bRow),
      word(team, Word.bColumn),
      word(team, Word.out) + (index * m + row) * n * 4,
      min(rows, m - row),
      word(team, Word.k),
      n,
      scratch,
    )
}

// @ts-ignore: decorator
@inline
function partsOf(whole: usize, part: usize): usize {
  return (whole + part - 1) / part
}
