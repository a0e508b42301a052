import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the released configurations, the same for all: n, R, T, t1, t2, lambda, weight decay, batch. */
export const presets = presetsOf(
  ['n', 'R', 'T', 't1', 't2'],
  ['citeulike-t', 'gowalla', 'yelp2018'].flatMap((dataset) =>
    [
      ['mf', 'mf'],
      ['lightgcn', 'mf'],
      ['hstu', 'mf'],
      ['lightgcn', 'lightgcn'],
    ].map(([teacher, student]) => [dataset, teacher, student, [2, 3000, 20, 2, 0], 0.5, 1e-8, 2048] as const),
  ),
)
