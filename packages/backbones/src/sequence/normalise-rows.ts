/** Vectors shorter than this are divided by it. */
const shortest = 1e-6

/** Divides each row by its length, max(|row|, 1e-6), in place. Returns what each was divided by. [rows] */
export function normaliseRows(values: Float32Array, dim: number): Float32Array {
  const lengths = new Float32Array(values.length / dim)
  for (let row = 0; row < lengths.length; row++) {
    let sum = 0
    for (let n = row * dim; n < (row + 1) * dim; n++) sum += values[n] * values[n]
    lengths[row] = Math.max(Math.sqrt(sum), shortest)
    for (let n = row * dim; n < (row + 1) * dim; n++) values[n] /= lengths[row]
  }
  return lengths
}

/**
 * The pullback of `normaliseRows`, in place: `grad` [rows, dim] was with respect to the rows of length 1.
 *
 *     d loss / d x = (g - <g, y> y) / |x|,  y = x / |x|
 */
export function pullNormalised(
  grad: Float32Array,
  normalised: Float32Array,
  lengths: Float32Array,
  dim: number,
): void {
  for (let row = 0; row < lengths.length; row++) {
    let along = 0
    for (let n = row * dim; n < (row + 1) * dim; n++) along += grad[n] * normalised[n]
    if (lengths[row] <= shortest) along = 0
    for (let n = row * dim; n < (row + 1) * dim; n++)
      grad[n] = (grad[n] - along * normalised[n]) / lengths[row]
  }
}
