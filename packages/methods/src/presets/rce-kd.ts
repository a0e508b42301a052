import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the released configurations: tau, K, L, T, M, beta, lambda, weight decay, batch. */
export const presets = presetsOf(
  ['tau', 'K', 'L', 'T', 'M', 'beta'],
  [
    ['citeulike-t', 'mf', 'mf', [1, 50, 50, 10, 200, 3], 500, 1e-5, 2048],
    ['citeulike-t', 'lightgcn', 'mf', [10, 50, 50, 10, 200, 5], 100, 1e-7, 2048],
    ['citeulike-t', 'hstu', 'mf', [1, 100, 100, 10, 500, 5], 50000, 1e-5, 2048],
    ['citeulike-t', 'lightgcn', 'lightgcn', [1, 50, 100, 10, 200, 10], 500, 1e-5, 2048],
    ['citeulike-t', 'hstu', 'hstu', [1, 100, 100, 10, 200, 3], 5, 1e-5, 512],
    ['gowalla', 'mf', 'mf', [1, 100, 50, 10, 100, 5], 10, 1e-5, 2048],
    ['gowalla', 'lightgcn', 'mf', [1, 100, 100, 10, 200, 5], 10000, 1e-5, 2048],
    ['gowalla', 'hstu', 'mf', [1, 100, 50, 10, 200, 1], 100000, 1e-5, 2048],
    ['gowalla', 'lightgcn', 'lightgcn', [1, 100, 100, 10, 200, 15], 50, 1e-5, 2048],
    ['gowalla', 'hstu', 'hstu', [1, 100, 100, 10, 200, 5], 10, 1e-5, 128],
    ['yelp2018', 'mf', 'mf', [1, 100, 50, 10, 100, 5], 10, 1e-5, 2048],
    ['yelp2018', 'lightgcn', 'mf', [1, 100, 100, 10, 500, 11], 50, 1e-5, 2048],
    ['yelp2018', 'hstu', 'mf', [1, 100, 100, 10, 500, 0.5], 500, 1e-5, 2048],
    ['yelp2018', 'lightgcn', 'lightgcn', [1, 100, 100, 10, 200, 10], 10, 1e-5, 2048],
    ['yelp2018', 'hstu', 'hstu', [1, 100, 100, 10, 200, 5], 1, 1e-5, 400],
  ],
)
