import type { Precision } from './bundle.ts'
import { fromHalf, toHalf } from './float16.ts'

/**
 * Rows in whole numbers of -127 to 127, each with its own scale:
 *
 *     scale = max |x| / 127,   x is about scale * q,   q = x / scale rounded, halves away from zero
 *
 * A row of zeros has scale 0.
 */
export interface Int8Rows {
  readonly values: Int8Array // [rows, dim]
  readonly scales: Float32Array // [rows]
}

export function toInt8Rows(rows: Float32Array, dim: number): Int8Rows {
  const values = new Int8Array(rows.length)
  const scales = new Float32Array(rows.length / dim)
  for (let row = 0; row < scales.length; row++) {
    let top = 0
    for (let n = row * dim; n < (row + 1) * dim; n++) top = Math.max(top, Math.abs(rows[n]))
    // a row whose scale would round to 0 is as good as zero
    scales[row] = top / 127
    if (scales[row] === 0) continue
    for (let n = row * dim; n < (row + 1) * dim; n++) {
      const size = Math.min(127, Math.floor(Math.abs(rows[n]) / scales[row] + 0.5))
      values[n] = rows[n] < 0 ? -size : size
    }
  }
  return { values, scales }
}

export function toHalves(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length)
  for (let n = 0; n < values.length; n++) out[n] = toHalf(values[n])
  return out
}

export function fromHalves(halves: Uint16Array): Float32Array {
  const out = new Float32Array(halves.length)
  for (let n = 0; n < halves.length; n++) out[n] = fromHalf(halves[n])
  return out
}

/** The vectors [rows, dim] as a bundle of a precision holds them: what is lost can be measured without one. */
export function roundTo(precision: Precision, rows: Float32Array, dim: number): Float32Array {
  switch (precision) {
    case 'f32':
      return rows.slice()
    case 'f16':
      return fromHalves(toHalves(rows))
    case 'int8': {
      const { values, scales } = toInt8Rows(rows, dim)
      const out = Float32Array.from(values)
      for (let n = 0; n < out.length; n++) out[n] *= scales[(n - (n % dim)) / dim]
      return out
    }
  }
}
