import { type Scalar, stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import type { Experts } from './expert-mixture.ts'
import { filteredProjection, type NamedDropout } from './filtered-projection.ts'
import { expectSameRows, expectSameShape } from './shapes.ts'
import { type SparseRows, sparseProduct, withoutEmptyColumns } from './sparse-product.ts'
import { unitRows } from './unit-rows.ts'

/**
 * How far two sets of rows are apart, each row from its partner.
 *
 *     cosine:  loss = sum over rows of 1 - cos(s, t)        squared: loss = sum over rows of |s - t|^2
 *
 * @param student [n, dim]
 * @param teacher Constants. [n, dim]
 * @returns Summed over rows. A row of zeros has cosine 0 with everything and no gradient.
 * @throws RangeError when shapes disagree.
 */
export function rowDistance(
  student: Tensor2D,
  teacher: Tensor2D,
  { cosine = true }: { cosine?: boolean } = {},
): Scalar {
  expectSameShape('rowDistance', { student, teacher }, 'each row has a partner')
  return tf.tidy(() => {
    const target = stopGradient(teacher)
    if (!cosine) return tf.sum<Scalar>(tf.square(tf.sub(student, target)))
    const cosines = tf.sum(tf.mul(unitRows(student), unitRows(target)), 1)
    return tf.sum<Scalar>(tf.sub(1, cosines))
  })
}

/**
 * Regression of vectors in which smooth components over a graph count most: both sides pass a low-pass filter first, which
 * multiplies the component of eigenvalue x of the normalised Laplacian by 1 - alpha x.
 *
 *     H = alpha A + (1 - alpha) Id        loss = sum over chosen rows a of distance((H s)_a, (H t)_a)
 *     d loss / d s = H' Z,   Z the gradient at the filtered rows
 *
 * @param student Vectors of all entities in the teacher's space. [entities, dim]
 * @param teacher Constants. [entities, dim]
 * @param filter The chosen rows of H. [chosen, entities]
 * @returns Summed over the chosen rows.
 * @throws RangeError when shapes disagree.
 * @see FreqD, KDD 2025, arXiv 2411.10676.
 */
export function graphFilteredDistance(
  student: Tensor2D,
  teacher: Tensor2D,
  filter: SparseRows,
  { cosine = true }: { cosine?: boolean } = {},
): Scalar {
  expectSameShape('graphFilteredDistance', { student, teacher }, 'both are in the teacher’s space')
  return tf.tidy(() =>
    rowDistance(sparseProduct(filter, student), sparseProduct(filter, stopGradient(teacher)), { cosine }),
  )
}

/**
 * The same where the student's vectors have to be brought into the teacher's space first, by the mean of several networks.
 *
 *     loss = sum over chosen rows a of distance((H mean over k of f_k(s))_a, (H t)_a)
 *
 * Only entities within reach of a chosen row are projected.
 *
 * @param student Vectors of all entities. [entities, d_S]
 * @param teacher Constants. [entities, d_T]
 * @param filter The chosen rows of H. [chosen, entities]
 * @param networks f, side by side.
 * @returns Summed over the chosen rows.
 * @throws RangeError when the two disagree on rows.
 */
export function projectedGraphDistance(
  student: Tensor2D,
  teacher: Tensor2D,
  filter: SparseRows,
  networks: Experts,
  { cosine = true, dropout = null }: { cosine?: boolean; dropout?: NamedDropout | null } = {},
): Scalar {
  expectSameRows('projectedGraphDistance', { student, teacher })
  if (filter.columns.length === 0) return tf.scalar(0)
  return tf.tidy(() => {
    const { matrix, columns } = withoutEmptyColumns(filter)
    const ids = tf.tensor1d(columns, 'int32')
    const projected = filteredProjection(tf.gather(student, ids), matrix, networks, { dropout })
    return rowDistance(projected, sparseProduct(filter, stopGradient(teacher)), { cosine })
  })
}
