import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the port's released configurations: K, T, maxK, lambda, weight decay, batch. */
const ported = presetsOf(
  ['K', 'T', 'maxK'],
  [
    ['citeulike-t', 'mf', 'mf', [100, 10, 500], 0.01, 1e-5, 2048],
    ['citeulike-t', 'hstu', 'mf', [100, 10, 500], 0.01, 1e-5, 2048],
    ['citeulike-t', 'hstu', 'hstu', [100, 10, 500], 0.01, 1e-5, 512],
  ],
)

/** The original experiments' own are not in the release: these are starting values, those of IR-RRD. */
const original = presetsOf(
  ['K', 'T', 'maxK', 'itemWeight'],
  [['citeulike-t/loo', 'mf', 'mf', [40, 10, 500, 0.5], 1e-3, 1e-3, 1024]],
)

export const presets = [
  ...ported.map((preset) => ({
    ...preset,
    params: { ...preset.params, variant: 'port' as const, scoreCap: 80 },
  })),
  ...original,
]
