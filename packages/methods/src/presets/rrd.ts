import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the released configurations: K, L, T, maxK, lambda, weight decay, batch. */
export const presets = presetsOf(
  ['K', 'L', 'T', 'maxK'],
  [
    ['citeulike-t', 'mf', 'mf', [100, 200, 10, 500], 0.1, 1e-5, 2048],
    ['citeulike-t', 'lightgcn', 'mf', [100, 200, 10, 500], 0.05, 1e-5, 2048],
    ['citeulike-t', 'hstu', 'mf', [100, 200, 10, 500], 0.1, 1e-5, 2048],
    ['citeulike-t', 'lightgcn', 'lightgcn', [50, 100, 10, 500], 0.01, 1e-5, 2048],
    ['citeulike-t', 'hstu', 'hstu', [100, 200, 10, 500], 1e-4, 1e-5, 512],
    // The original experiments: other protocol (leave one out), teacher MF 200.
    ['citeulike-t/loo', 'mf', 'mf', [40, 40, 10, 500], 1e-3, 1e-3, 1024],
    ['gowalla', 'mf', 'mf', [100, 200, 100, 500], 0.005, 1e-3, 4096],
    ['gowalla', 'lightgcn', 'mf', [200, 100, 10, 200], 0.1, 1e-5, 4096],
    ['gowalla', 'hstu', 'mf', [200, 100, 10, 200], 0.1, 1e-5, 4096],
    ['gowalla', 'lightgcn', 'lightgcn', [50, 100, 10, 500], 0.01, 1e-5, 2048],
    ['gowalla', 'hstu', 'hstu', [200, 100, 10, 200], 1e-4, 1e-5, 128],
    ['yelp2018', 'mf', 'mf', [100, 200, 100, 500], 0.005, 1e-3, 4096],
    ['yelp2018', 'lightgcn', 'mf', [200, 100, 10, 200], 0.1, 1e-5, 4096],
    ['yelp2018', 'hstu', 'mf', [200, 100, 10, 200], 0.1, 1e-5, 4096],
    ['yelp2018', 'lightgcn', 'lightgcn', [200, 100, 10, 500], 0.5, 1e-8, 2048],
    ['yelp2018', 'hstu', 'hstu', [100, 200, 10, 500], 1e-4, 1e-5, 128],
  ],
)
