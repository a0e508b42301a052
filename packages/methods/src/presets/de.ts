import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the released configurations: experts, lambda, weight decay, batch. */
export const presets = presetsOf(
  ['experts'],
  [
    ['citeulike-t', 'mf', 'mf', [30], 0.05, 1e-4, 2048],
    ['citeulike-t', 'lightgcn', 'lightgcn', [20], 0.005, 1e-5, 2048],
    // The original experiments: other protocol (leave one out), teacher MF 200.
    ['citeulike-t/loo', 'mf', 'mf', [30], 0.01, 1e-3, 1024],
    ['gowalla', 'mf', 'mf', [5], 0.005, 1e-3, 4096],
    ['gowalla', 'lightgcn', 'lightgcn', [10], 0.5, 1e-7, 2048],
    ['yelp2018', 'mf', 'mf', [5], 0.005, 1e-3, 2048],
    ['yelp2018', 'lightgcn', 'lightgcn', [10], 0.5, 1e-8, 2048],
  ],
)
