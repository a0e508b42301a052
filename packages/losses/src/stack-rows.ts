import { type Tensor2D, tf } from '@recdistill/tensor'

/** Rows, or matrices of rows that stand one below the other. [n, dim] */
export type Stacked = Tensor2D | readonly Tensor2D[]

/** @throws RangeError for no matrix, and for matrices that differ in width. */
export function stackRows(who: string, name: string, rows: Stacked): Tensor2D {
  if (rows instanceof tf.Tensor) return tf.clone(rows)
  if (rows.length === 0) throw new RangeError(`${who}: ${name} is an empty list; give at least one matrix`)
  const odd = rows.find(({ shape }) => shape[1] !== rows[0].shape[1])
  if (odd)
    throw new RangeError(
      `${who}: ${name} stacks [${rows[0].shape.join(', ')}] and [${odd.shape.join(', ')}]; they must have the same columns`,
    )
  return tf.concat([...rows], 0)
}
