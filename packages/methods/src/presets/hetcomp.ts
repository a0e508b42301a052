import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the later port, beside a base loss: K, V, p, alpha, lambda, weight decay, batch. */
const port = presetsOf(
  ['K', 'V', 'p', 'alpha'],
  [['citeulike-t', 'mf', 'mf', [50, 3, 10, 1.05], 0.005, 1e-3, 2048]],
)

/** The original: six teachers of different kinds, MF of 6 dimensions, a protocol of its own (spec 6.6), no base loss. */
const original = presetsOf(
  ['K', 'k', 'V', 'p', 'alpha'],
  [['citeulike-t/hetcomp', 'mf', 'mf', [100, 50, 4, 10, 1.05], 0.005, 1e-5, 1024]],
).map((preset) => ({ ...preset, params: { ...preset.params, observed: 'best' as const, standalone: true } }))

export const presets = [...port, ...original]
