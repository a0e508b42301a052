import assert from 'node:assert/strict'

/** Two rows of numbers agree up to `rel` of the largest of them and `abs`. */
export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rel = 1e-4, abs = 1e-6 }: { rel?: number; abs?: number },
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: lengths`)
  let most = 0
  for (let n = 0; n < expected.length; n++) most = Math.max(most, Math.abs(expected[n]))
  for (let n = 0; n < expected.length; n++)
    assert.ok(
      Math.abs(actual[n] - expected[n]) <= abs + rel * most,
      `${what}: place ${n} is ${actual[n]}, expected ${expected[n]} (the largest is ${most})`,
    )
}
