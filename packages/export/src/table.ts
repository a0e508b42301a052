import { toHalf } from '@recdistill/formats'
import { toInt8Rows, type Precision } from '@recdistill/serve'

/** Vectors as a file holds them. */
export type Table = { readonly rows: number; readonly dim: number } & (
  | { readonly precision: 'f32'; readonly values: Float32Array }
  | { readonly precision: 'f16'; readonly values: Uint16Array }
  /** A row is its scale times its whole numbers. */
  | { readonly precision: 'int8'; readonly values: Int8Array; readonly scales: Float32Array }
)

export function tableOf(vectors: Float32Array, dim: number, precision: Precision): Table {
  const size = { rows: vectors.length / dim, dim }
  switch (precision) {
    case 'f32':
      return { ...size, precision, values: vectors }
    case 'f16':
      return { ...size, precision, values: toHalf(vectors) }
    case 'int8':
      return { ...size, precision, ...toInt8Rows(vectors, dim) }
  }
}
