import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the released configurations: G, size, exponent, lambda, weight decay, batch. */
export const presets = presetsOf(
  ['G', 'size', 'exponent'],
  [
    ['citeulike-t', 'mf', 'mf', [2, 2, 0], 0.5, 1e-8, 2048],
    ['citeulike-t', 'lightgcn', 'lightgcn', [4, 30, 0], 0.5, 1e-8, 2048],
    ['gowalla', 'mf', 'mf', [4, 30, 0], 0.5, 1e-8, 2048],
    ['gowalla', 'lightgcn', 'lightgcn', [4, 30, 0], 0.5, 1e-8, 2048],
    ['yelp2018', 'mf', 'mf', [4, 30, 0], 0.5, 1e-8, 2048],
    ['yelp2018', 'lightgcn', 'lightgcn', [4, 30, 0], 0.5, 1e-8, 2048],
  ],
)
