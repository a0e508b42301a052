import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the released configuration: leave one out, teacher MF 200, student MF 20. */
export const presets = presetsOf(
  ['K', 'L', 'T', 'maxK', 'itemK', 'itemL', 'itemT', 'itemWeight'],
  [['citeulike-t/loo', 'mf', 'mf', [40, 40, 10, 500, 20, 20, 10, 0.5], 1e-3, 1e-3, 1024]],
)
