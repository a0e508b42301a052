import { expect } from 'vitest'

/** Counts of draws against exact probabilities: none may be off by more than `errors` standard errors. */
export function expectLaw(
  counts: ArrayLike<number>,
  draws: number,
  exact: readonly number[],
  errors = 4,
): void {
  for (let t = 0; t < exact.length; t++) {
    const p = exact[t]
    expect(
      Math.abs(counts[t] / draws - p),
      `position ${t}: ${counts[t] / draws} against ${p}`,
    ).toBeLessThanOrEqual(errors * Math.sqrt((p * (1 - p)) / draws) + 1e-12)
  }
}
