import type { FoldIn } from './bundle.ts'
import { addOuter } from './gram.ts'

export const defaultFoldIn: FoldIn = { unobserved: 0.3, regularisation: 1 }

/** Least l: with none, directions that no term weighs would be told by rounding alone. */
const LEAST = 1e-9

/**
 * The vector of a new user by regularised least squares on the item vectors: seen items should score 1, all items a little
 * towards 0,
 *
 *     minimise over x:  sum over seen of (1 - <x, y_s>)^2 + a sum over all items of <x, y_i>^2 + l m |x|^2
 *     x = (sum over seen of y_s y_s^T + a G + l m I)^-1 (sum over seen of y_s)
 *
 * where G is the sum of y y^T over all items, m = trace(G) / (items dim) the mean square of a number of theirs, a = `unobserved`,
 * l = `regularisation`, at the least 1e-9. In double precision by Cholesky, the same bits everywhere.
 * @param seen Vectors of different items. [seen, dim]
 * @see Hu, Koren, Volinsky, ICDM 2008, equation 4, in the form of Rendle et al., RecSys 2022 (iALS). Here item vectors may come
 * from any model, so the result replaces a trained user vector only up to its length.
 */
export function foldIn(
  seen: readonly ArrayLike<number>[],
  gram: Float64Array,
  numItems: number,
  dim: number,
  { unobserved, regularisation }: FoldIn,
): Float64Array {
  const matrix = gram.map((value) => unobserved * value)
  const x = new Float64Array(dim)
  for (const y of seen) {
    addOuter(matrix, y)
    for (let d = 0; d < dim; d++) x[d] += y[d]
  }
  let trace = 0
  for (let i = 0, n = 0; i < dim; n += dim - i++) trace += gram[n]
  const ridge = (Math.max(LEAST, regularisation) * trace) / (numItems * dim)
  for (let i = 0, n = 0; i < dim; n += dim - i++) matrix[n] += ridge
  solve(matrix, x)
  return x
}

/** Solves A x = b for a positive definite A, given as its upper triangle; both are overwritten, `b` with x. */
function solve(a: Float64Array, b: Float64Array): void {
  const dim = b.length
  // A = U^T U; a direction without weight, as of items that are all zero, is left out
  const row = (i: number) => i * dim - (i * (i - 1)) / 2 - i // a[row(i) + j] is entry i, j
  for (let i = 0; i < dim; i++) {
    const r = row(i)
    const pivot = a[r + i] > 0 ? Math.sqrt(a[r + i]) : 0
    for (let j = i; j < dim; j++) a[r + j] = pivot > 0 ? a[r + j] / pivot : 0
    for (let k = i + 1; k < dim; k++) {
      const factor = a[r + k]
      for (let j = k, rk = row(k); j < dim; j++) a[rk + j] -= factor * a[r + j]
    }
  }
  for (let i = 0; i < dim; i++) {
    const r = row(i)
    b[i] = a[r + i] > 0 ? b[i] / a[r + i] : 0
    for (let j = i + 1; j < dim; j++) b[j] -= a[r + j] * b[i]
  }
  for (let i = dim - 1; i >= 0; i--) {
    const r = row(i)
    for (let j = i + 1; j < dim; j++) b[i] -= a[r + j] * b[j]
    b[i] = a[r + i] > 0 ? b[i] / a[r + i] : 0
  }
}
