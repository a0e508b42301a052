import { NumericError, type Csr } from '@recdistill/core'

export interface LeastSquares {
  readonly dim: number
  /** Weight of every pair, seen or not, towards 0. */
  readonly unobserved: number
  readonly l2: number
  readonly nu: number
  /** By Cholesky's factors; otherwise by conjugate gradients. */
  readonly exact: boolean
}

const steps = 3

/**
 * Minimises over each row x of `rows` [n, dim], with the other side [m, dim] fixed:
 *
 *     sum over seen j of (1 - x y_j)^2 + unobserved * sum over all j of (x y_j)^2 + l2 (|seen| + unobserved * m)^nu |x|^2
 *
 * that is A x = b with A = unobserved Y'Y + sum over seen of y y' + reg I, b = sum over seen of y. A row that has seen nothing is 0.
 */
export function solveRows(seen: Csr, rows: Float32Array, others: Float32Array, options: LeastSquares): void {
  const { dim, unobserved, l2, nu, exact } = options
  const shared = gram(others, dim).map((value) => value * unobserved)
  const b = new Float64Array(dim)
  const x = new Float64Array(dim)
  const a = new Float64Array(exact ? dim * dim : 0)
  const solveByGradients = conjugateGradients(dim)
  for (let row = 0; row + 1 < seen.offsets.length; row++) {
    const [start, end] = [seen.offsets[row], seen.offsets[row + 1]]
    const regularisation = l2 * (end - start + (unobserved * others.length) / dim) ** nu
    b.fill(0)
    for (let e = start; e < end; e++) {
      const y = seen.items[e] * dim
      for (let d = 0; d < dim; d++) b[d] += others[y + d]
    }
    if (start === end) x.fill(0)
    else if (exact) {
      a.set(shared)
      for (let e = start; e < end; e++) addOuter(a, others, seen.items[e] * dim, dim)
      for (let d = 0; d < dim; d++) a[d * dim + d] += regularisation
      solveCholesky(a, b, x, dim)
    } else {
      for (let d = 0; d < dim; d++) x[d] = rows[row * dim + d]
      solveByGradients(x, b, (from, to) => {
        for (let d = 0; d < dim; d++) {
          let sum = regularisation * from[d]
          for (let c = 0; c < dim; c++) sum += shared[d * dim + c] * from[c]
          to[d] = sum
        }
        for (let e = start; e < end; e++) {
          const y = seen.items[e] * dim
          let score = 0
          for (let d = 0; d < dim; d++) score += others[y + d] * from[d]
          for (let d = 0; d < dim; d++) to[d] += score * others[y + d]
        }
      })
    }
    rows.set(x, row * dim)
  }
}

/** Y'Y. [dim, dim] */
function gram(rows: Float32Array, dim: number): Float64Array {
  const out = new Float64Array(dim * dim)
  for (let y = 0; y < rows.length; y += dim) addOuter(out, rows, y, dim)
  for (let d = 0; d < dim; d++) for (let c = 0; c < d; c++) out[c * dim + d] = out[d * dim + c]
  return out
}

/** Adds y y' below the diagonal and on it. */
function addOuter(out: Float64Array, rows: Float32Array, y: number, dim: number): void {
  for (let d = 0; d < dim; d++) {
    const value = rows[y + d]
    const at = d * dim
    for (let c = 0; c <= d; c++) out[at + c] += value * rows[y + c]
  }
}

/** Solves a x = b by the factors of `a`, whose part on and below the diagonal is read and overwritten. */
function solveCholesky(a: Float64Array, b: Float64Array, x: Float64Array, dim: number): void {
  for (let d = 0; d < dim; d++) {
    for (let c = 0; c <= d; c++) {
      let sum = a[d * dim + c]
      for (let k = 0; k < c; k++) sum -= a[d * dim + k] * a[c * dim + k]
      if (c < d) a[d * dim + c] = sum / a[c * dim + c]
      else if (sum > 0) a[d * dim + d] = Math.sqrt(sum)
      else throw new NumericError(`ials: a row's system is not positive definite (pivot ${sum}); raise l2`)
    }
  }
  for (let d = 0; d < dim; d++) {
    let sum = b[d]
    for (let k = 0; k < d; k++) sum -= a[d * dim + k] * x[k]
    x[d] = sum / a[d * dim + d]
  }
  for (let d = dim - 1; d >= 0; d--) {
    let sum = x[d]
    for (let k = d + 1; k < dim; k++) sum -= a[k * dim + d] * x[k]
    x[d] = sum / a[d * dim + d]
  }
}

/** A solver that improves `x` by a few steps (Takacs, Pilaszy and Tikk, RecSys 2011). */
function conjugateGradients(dim: number) {
  const [residual, direction, image] = [1, 2, 3].map(() => new Float64Array(dim))
  return (x: Float64Array, b: Float64Array, apply: (from: Float64Array, to: Float64Array) => void): void => {
    apply(x, image)
    for (let d = 0; d < dim; d++) direction[d] = residual[d] = b[d] - image[d]
    let squared = dot(residual, residual)
    for (let step = 0; step < steps && squared > 1e-20; step++) {
      apply(direction, image)
      const length = squared / dot(direction, image)
      for (let d = 0; d < dim; d++) {
        x[d] += length * direction[d]
        residual[d] -= length * image[d]
      }
      const before = squared
      squared = dot(residual, residual)
      for (let d = 0; d < dim; d++) direction[d] = residual[d] + (squared / before) * direction[d]
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d]
  return sum
}
