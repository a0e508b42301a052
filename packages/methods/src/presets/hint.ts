import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the released configuration: dropout, ratio, draws (one per pair of the batch), lambda, weight decay, batch. */
export const presets = presetsOf(
  ['dropout', 'ratio', 'draws'],
  [['citeulike-t', 'mf', 'mf', [0.2, 5, 2048], 0.05, 1e-7, 2048]],
)
