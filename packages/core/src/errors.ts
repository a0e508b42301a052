/** The caller or a file is at fault: one line that says who speaks, what was expected, what came and what to do. Apps exit with 2. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

/** Training met NaN or infinity: the place is in the message, the last good checkpoint is kept. Apps exit with 3. */
export class NumericError extends Error {
  override readonly name = 'NumericError'
}

/** Plugins may bring their own copy of core; the name tells as well as the class. */
export function isInputError(error: unknown): error is InputError {
  return error instanceof Error && error.name === 'InputError'
}

/** The same for `NumericError`. */
export function isNumericError(error: unknown): error is NumericError {
  return error instanceof Error && error.name === 'NumericError'
}

/** The name nearest to `given` by edit distance, for "did you mean"; null when nothing is near. */
export function nearest(given: string, names: readonly string[]): string | null {
  let best: string | null = null
  let bestDistance = Math.max(2, Math.ceil(given.length / 3)) + 1
  for (const name of names) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase())
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]
}
