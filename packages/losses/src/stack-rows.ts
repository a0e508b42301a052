import { type Tensor2D, tf } from '@recdistill/tensor'

/** Rows, or matrices of rows that stand one below the other. [n, dim] */
export type Stacked = Tensor2D | readonly Tensor2D[]

export function stackRows(rows: Stacked): Tensor2D {
  return rows instanceof tf.Tensor ? tf.clone(rows) : tf.concat([...rows], 0)
}
