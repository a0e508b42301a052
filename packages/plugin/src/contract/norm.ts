/** Euclidean length of any number of numbers: as arguments of a function they would have to fit on the stack. */
export function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))
}
