import { type Scalar, stopGradient, type Tensor2D, tf, withGradient } from '@recdistill/tensor'
import { expectSameRows } from './shapes.ts'
import { stackRows, type Stacked } from './stack-rows.ts'
import { unitRows } from './unit-rows.ts'

/**
 * Relations instead of coordinates: whatever their dimensions, two spaces agree when all rows stand at the same angles.
 *
 *     C = cosines of all pairs of rows
 *     loss = sum over ordered pairs (a, b) of (C^S_ab - C^T_ab)^2
 *     d loss / d s_a = (G_a - <G_a, x_a> x_a) / |s_a|,   G = 4 (C^S - C^T) X,   x_a = s_a / |s_a|
 *
 * The lengths of rows do not matter; pairs of a row with itself add nothing. No matrix of n x n is made where the same
 * number comes cheaper from matrices of dim x dim: |X X' - Y Y'|^2 = |X' X|^2 - 2 |X' Y|^2 + |Y' Y|^2. Where the spaces
 * nearly agree its value is then rounding, some 1e-6 n^2 / dim; the gradient, a difference of vectors, stays right to a percent.
 *
 * @param student Vectors of the model in training, e.g. users and items. [n, student dim], or several stacked
 * @param teacher Vectors of the same entities, constants. [n, teacher dim], or several stacked
 * @returns Summed over ordered pairs.
 * @throws RangeError when the two disagree on rows, or what is stacked on columns.
 * @see Kang et al., Topology Distillation for Recommender System, KDD 2021, full topology distillation. There rows are
 *   divided by their length unguarded; here a row of zeros has cosine 0 with all and gets no gradient.
 */
export function topologyDistance(student: Stacked, teacher: Stacked): Scalar {
  return tf.tidy(() => {
    const rows = {
      student: stackRows('topologyDistance', 'student', student),
      teacher: stackRows('topologyDistance', 'teacher', teacher),
    }
    expectSameRows('topologyDistance', rows)
    const x = unitRows(rows.student)
    const y = stopGradient(unitRows(rows.teacher))
    return isNarrow(x.shape[0], x.shape[1], y.shape[1]) ? cosineDistanceByDims(x, y) : cosineDistance(x, y)
  })
}

/** Whether products of dimensions are less work than pairs of rows. */
function isNarrow(n: number, a: number, b: number): boolean {
  return a * a + a * b + b * b < n * (a + b)
}

/** |X' X|^2 - 2 |X' Y|^2 + |Y' Y|^2 */
function cosineDistanceByDims(x: Tensor2D, y: Tensor2D): Scalar {
  return withGradient<Scalar>([x], (save) => {
    const { value, gradient } = tf.tidy(() => {
      const within = tf.matMul<Tensor2D>(x, x, true, false)
      const across = tf.matMul<Tensor2D>(y, x, true, false)
      const squares = (m: Tensor2D) => tf.sum<Scalar>(tf.square(m))
      const ofTeacher = squares(tf.matMul(y, y, true, false))
      const sum = tf.add<Scalar>(tf.sub(squares(within), tf.mul(2, squares(across))), ofTeacher)
      return {
        value: tf.relu(sum), // what is below 0 is rounding
        gradient: tf.mul(4, tf.sub(tf.matMul(x, within), tf.matMul(y, across))),
      }
    })
    save(gradient)
    return { value, gradient: (upstream, gradient) => [tf.mul(upstream, gradient)] }
  })
}

/** Rows compared with all others at a time: a block of cosines stays within a few megabytes. */
const blockSize = 2 ** 20

/**
 * Sum over ordered pairs of one group of (<x_a, x_b> - <y_a, y_b>)^2, in blocks of rows.
 * @param x Differentiable. [n, dim]
 * @param y Constants. [n, dim of the teacher]
 * @param sizes Rows of each group, which stand one after the other; one group of all where absent.
 * @param positiveOnly Leaves out pairs whose <y_a, y_b> is not above 0.
 */
export function cosineDistance(
  x: Tensor2D,
  y: Tensor2D,
  { sizes = [x.shape[0]], positiveOnly = false }: { sizes?: readonly number[]; positiveOnly?: boolean } = {},
): Scalar {
  return withGradient<Scalar>([x], (save) => {
    const { value, gradient } = tf.tidy(() => {
      const groups = (of: Tensor2D) => (sizes.length === 1 ? [of] : tf.split<Tensor2D>(of, [...sizes]))
      const [xs, ys] = [groups(x), groups(y)]
      const found = xs.flatMap((own, g) => blockwise(own, ys[g], positiveOnly))
      if (found.length === 0) return { value: tf.scalar(0), gradient: tf.zerosLike(x) }
      const gradient = tf.concat(
        found.map((block) => block.gradient),
        0,
      )
      return { value: tf.addN(found.map((block) => block.value)), gradient: tf.mul(gradient, 4) }
    })
    save(gradient)
    return { value, gradient: (upstream, gradient) => [tf.mul(upstream, gradient)] }
  })
}

/** Of each block of rows against all: its sum, and a quarter of the gradient with respect to its rows. */
function blockwise(
  x: Tensor2D,
  y: Tensor2D,
  positiveOnly: boolean,
): readonly { value: Scalar; gradient: Tensor2D }[] {
  const n = x.shape[0]
  const rows = Math.max(1, Math.floor(blockSize / Math.max(1, n)))
  return Array.from({ length: Math.ceil(n / rows) }, (_, block) =>
    tf.tidy(() => {
      const first = block * rows
      const height = Math.min(rows, n - first)
      const against = (m: Tensor2D) => {
        const own = height === n ? m : tf.slice(m, [first, 0], [height, m.shape[1]])
        return tf.matMul<Tensor2D>(own, m, false, true)
      }
      const target = against(y)
      const difference = tf.sub<Tensor2D>(against(x), target)
      const error = positiveOnly ? tf.mul<Tensor2D>(difference, tf.step(target)) : difference
      return { value: tf.sum<Scalar>(tf.square(error)), gradient: tf.matMul<Tensor2D>(error, x) }
    }),
  )
}
