import { fma } from './lanes'

/* Small matrix products on the memory of the TensorFlow.js wasm backend. Addresses are bytes; all elements are f32. */

const MR: usize = 4 // rows of a tile
const NR: usize = 8 // columns of a tile
const MC: usize = 128 // rows packed at a time, a multiple of MR
const KC: usize = 384 // elements of a dot product packed at a time

/** Elements the caller reserves for packed panels and one tile. */
export const SCRATCH: i32 = ((MC + NR) * KC + MR * NR) as i32

/**
 * out[m, n] = a[m, k] b[k, n], each given by the distance of its rows and of its columns in elements, so a transposed
 * matrix costs no copy. Sums run over blocks of KC in order.
 */
export function matmul(
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  out: usize,
  m: usize,
  k: usize,
  n: usize,
  scratch: usize,
): void {
  for (let d: usize = 0; d < k; d += KC)
    for (let i: usize = 0; i < m; i += MC)
      block(
        a + (i * aRow + d * aColumn) * 4,
        aRow,
        aColumn,
        b + d * bRow * 4,
        bRow,
        bColumn,
        out + i * n * 4,
        min(MC, m - i),
        min(KC, k - d),
        n,
        scratch,
        d > 0,
      )
}

function block(
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  out: usize,
  m: usize,
  k: usize,
  n: usize,
  scratch: usize,
  accumulate: bool,
): void {
  const packedB = scratch
  const tile = packedB + KC * NR * 4
  const packedA = tile + MR * NR * 4
  for (let i: usize = 0; i < m; i += MR)
    pack(a + i * aRow * 4, aRow, aColumn, min(MR, m - i), k, MR, packedA + i * k * 4)
  for (let j: usize = 0; j < n; j += NR) {
    const columns = min(NR, n - j)
    pack(b + j * bColumn * 4, bColumn, bRow, columns, k, NR, packedB)
    for (let i: usize = 0; i < m; i += MR) {
      const rows = min(MR, m - i)
      const to = out + (i * n + j) * 4
      if (rows == MR && columns == NR) multiply(packedA + i * k * 4, packedB, k, to, n * 4, accumulate)
      else {
        multiply(packedA + i * k * 4, packedB, k, tile, NR * 4, false)
        for (let r: usize = 0; r < rows; r++)
          for (let c: usize = 0; c < columns; c++) {
            const address = to + (r * n + c) * 4
            const sum = load<f32>(tile + (r * NR + c) * 4)
            store<f32>(address, accumulate ? load<f32>(address) + sum : sum)
          }
      }
    }
  }
}

/** Panel of `width` lines (rows of a, columns of b), element d of all lines side by side; missing lines are zero. */
function pack(from: usize, line: usize, step: usize, lines: usize, k: usize, width: usize, to: usize): void {
  if (lines == width && line == 1) {
    for (let d: usize = 0; d < k; d++) {
      const source = from + d * step * 4
      const target = to + d * width * 4
      v128.store(target, v128.load(source))
      if (width == NR) v128.store(target, v128.load(source, 16), 16)
    }
    return
  }
  if (lines == width && step == 1) {
    for (let r: usize = 0; r < width; r += 4)
      transpose(from + r * line * 4, line * 4, k, to + r * 4, width * 4)
    return
  }
  for (let d: usize = 0; d < k; d++) {
    const source = from + d * step * 4
    const target = to + d * width * 4
    for (let r: usize = 0; r < lines; r++) store<f32>(target + r * 4, load<f32>(source + r * line * 4))
    for (let r = lines; r < width; r++) store<f32>(target + r * 4, 0)
  }
}

/** Four lines of k elements into k groups of four, four at a time. */
function transpose(from: usize, line: usize, k: usize, to: usize, group: usize): void {
  const whole = k & ~3
  for (let d: usize = 0; d < whole; d += 4) {
    const x0 = v128.load(from + d * 4)
    const x1 = v128.load(from + line + d * 4)
    const x2 = v128.load(from + 2 * line + d * 4)
    const x3 = v128.load(from + 3 * line + d * 4)
    const low01 = v128.shuffle<f32>(x0, x1, 0, 4, 1, 5)
    const low23 = v128.shuffle<f32>(x2, x3, 0, 4, 1, 5)
    const high01 = v128.shuffle<f32>(x0, x1, 2, 6, 3, 7)
    const high23 = v128.shuffle<f32>(x2, x3, 2, 6, 3, 7)
    const target = to + d * group
    v128.store(target, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5))
    v128.store(target + group, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7))
    v128.store(target + 2 * group, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5))
    v128.store(target + 3 * group, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7))
  }
  for (let d = whole; d < k; d++)
    for (let r: usize = 0; r < 4; r++) store<f32>(to + d * group + r * 4, load<f32>(from + r * line + d * 4))
}

/** A 4 x 8 tile of the product of two packed panels. */
function multiply(a: usize, b: usize, k: usize, out: usize, row: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0)
  let c01 = f32x4.splat(0)
  let c10 = f32x4.splat(0)
  let c11 = f32x4.splat(0)
  let c20 = f32x4.splat(0)
  let c21 = f32x4.splat(0)
  let c30 = f32x4.splat(0)
  let c31 = f32x4.splat(0)
  if (accumulate) {
    c00 = v128.load(out)
    c01 = v128.load(out, 16)
    c10 = v128.load(out + row)
    c11 = v128.load(out + row, 16)
    c20 = v128.load(out + 2 * row)
    c21 = v128.load(out + 2 * row, 16)
    c30 = v128.load(out + 3 * row)
    c31 = v128.load(out + 3 * row, 16)
  }
  for (let d: usize = 0; d < k; d++) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load_splat<f32>(a)
    c00 = fma(a0, b0, c00)
    c01 = fma(a0, b1, c01)
    const a1 = v128.load_splat<f32>(a, 4)
    c10 = fma(a1, b0, c10)
    c11 = fma(a1, b1, c11)
    const a2 = v128.load_splat<f32>(a, 8)
    c20 = fma(a2, b0, c20)
    c21 = fma(a2, b1, c21)
    const a3 = v128.load_splat<f32>(a, 12)
    c30 = fma(a3, b0, c30)
    c31 = fma(a3, b1, c31)
    a += MR * 4
    b += NR * 4
  }
  v128.store(out, c00)
  v128.store(out, c01, 16)
  v128.store(out + row, c10)
  v128.store(out + row, c11, 16)
  v128.store(out + 2 * row, c20)
  v128.store(out + 2 * row, c21, 16)
  v128.store(out + 3 * row, c30)
  v128.store(out + 3 * row, c31, 16)
}
