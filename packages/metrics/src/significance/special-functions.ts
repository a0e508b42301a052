// @ts-expect-error jStat has no types; the two functions that are used get theirs below.
import library from 'jstat'

const { jStat } = library as {
  readonly jStat: {
    readonly ibeta: (x: number, a: number, b: number) => number
    readonly erfc: (x: number) => number
  }
}

/** Regularised incomplete beta function I_x(a, b), right to about 1e-7 of itself. */
export function incompleteBeta(x: number, a: number, b: number): number {
  return jStat.ibeta(x, a, b)
}

/** Complementary error function, right to about 1e-16. */
export function erfc(x: number): number {
  return jStat.erfc(x)
}
