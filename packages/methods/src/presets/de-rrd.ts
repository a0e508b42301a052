import { presetsOf } from './presets-of.ts'

/**
 * The original experiments (leave one out, teacher MF 200): both terms with the weights they were trained with apart, for
 * joint ones were not released. Weights of the terms, experts, K, L, T, maxK, lambda, weight decay, batch.
 */
export const presets = presetsOf(
  ['deLambda', 'rrdLambda', 'experts', 'K', 'L', 'T', 'maxK'],
  [['citeulike-t/loo', 'mf', 'mf', [0.01, 1e-3, 30, 40, 40, 10, 500], 1, 1e-3, 1024]],
)
