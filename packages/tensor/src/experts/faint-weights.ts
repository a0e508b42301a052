/** A weight this much smaller than the row's largest is lost when the experts are added up. */
const FAINT = 2 ** -24

/** Sets weights to 0 that are too small beside the largest of their row to change its sum. */
export function dropFaint(weights: Float32Array, experts: number): void {
  for (let row = 0; row < weights.length; row += experts) {
    let largest = 0
    for (let e = row; e < row + experts; e++) largest = Math.max(largest, Math.abs(weights[e]))
    const least = largest * FAINT
    for (let e = row; e < row + experts; e++) if (Math.abs(weights[e]) < least) weights[e] = 0
  }
}
