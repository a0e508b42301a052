import { type Tensor2D, tf, withGradient } from '@recdistill/tensor'

/** Rows shorter than this have no direction. */
const SHORTEST = 1e-12

/**
 * Each row divided by its length, so that dot products of rows are cosines.
 *
 *     x_a = s_a / |s_a|        d x_a: g -> (g - <g, x_a> x_a) / |s_a|
 *
 * A row of zeros stays zeros and gets no gradient. Rows are divided by their largest element first, so neither their
 * squares overflow nor do they vanish.
 *
 * @param rows [n, dim]
 * @returns [n, dim]
 */
export function unitRows(rows: Tensor2D): Tensor2D {
  if (rows.size === 0) return tf.clone(rows)
  return withGradient<Tensor2D>([rows], (save) => {
    const { unit, inverse } = tf.tidy(() => {
      const largest = tf.maximum(tf.max(tf.abs(rows), 1, true), SHORTEST)
      const scaled = tf.div<Tensor2D>(rows, largest)
      const length = tf.sqrt(tf.sum(tf.square(scaled), 1, true))
      const hasDirection = tf.step(tf.sub(tf.mul(length, largest), SHORTEST))
      const safe = tf.maximum(length, SHORTEST)
      return {
        unit: tf.mul<Tensor2D>(tf.div(scaled, safe), hasDirection),
        inverse: tf.div<Tensor2D>(tf.div(hasDirection, safe), largest),
      }
    })
    save(unit, inverse)
    return {
      value: unit,
      gradient: (upstream, unit, inverse) => {
        const along = tf.sum(tf.mul(upstream, unit), 1, true)
        return [tf.mul(tf.sub(upstream, tf.mul(along, unit)), inverse)]
      },
    }
  })
}
