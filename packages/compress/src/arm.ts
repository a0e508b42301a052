import type { Arm, Range, Value } from './space.ts'

export interface ArmOptions {
  readonly kind: string
  readonly method: string
  /** Weight of the distillation term, and parameters, that the method has for this data and backbones when nothing is said. */
  readonly lambda: number
  readonly params: Readonly<Record<string, unknown>>
  /** Settings that stay as they are: the person said them. */
  readonly fixed: readonly string[]
}

/** Rates at which tens of epochs are enough; the papers' 1e-3 takes hundreds. */
const rates = { low: 1e-3, high: 2e-2, usual: 5e-3 }

/**
 * Ranges of a method by the letters that papers share:
 *
 *     lr      0.001 to 0.02, by its logarithm
 *     lambda  a tenth to ten times the method's own, by its logarithm
 *     K, L    half, the same, double: lengths of lists
 *     tau     half, the same, double: temperature of distributions
 *
 * Other parameters keep the method's values; what the person has fixed is not searched.
 */
export function armOf({ kind, method, lambda, params, fixed }: ArmOptions): Arm {
  const ranges: Record<string, Range> = { lr: { low: rates.low, high: rates.high, scale: 'log' } }
  const defaults: Record<string, Value> = { lr: rates.usual, lambda }
  if (lambda > 0) ranges.lambda = { low: lambda / 10, high: lambda * 10, scale: 'log' }
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== 'number' || !(value > 0)) continue
    const choice = name === 'tau' ? [value / 2, value, value * 2] : lengths(value)
    if (['K', 'L', 'tau'].includes(name)) ranges[name] = { choice }
  }
  const free = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !fixed.includes(name)))
  return { kind, method, ranges: free(ranges), defaults: free(defaults) }
}

function lengths(usual: number): number[] {
  return [...new Set([Math.max(1, Math.round(usual / 2)), usual, usual * 2])]
}
