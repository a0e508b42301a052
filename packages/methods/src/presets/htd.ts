import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the released configurations: alpha, groups, lambda, weight decay, batch. */
export const presets = presetsOf(
  ['alpha', 'groups'],
  [
    ['citeulike-t', 'mf', 'mf', [0.9, 30], 0.5, 1e-8, 2048],
    ['citeulike-t', 'lightgcn', 'lightgcn', [0.9, 30], 0.5, 1e-8, 2048],
    // The original experiments: other protocol (leave one out), teacher MF 200, 100 epochs.
    ['citeulike-t/loo', 'mf', 'mf', [0.5, 30], 1e-3, 1e-3, 1024],
    ['gowalla', 'lightgcn', 'lightgcn', [0.9, 30], 0.5, 1e-8, 2048],
    ['yelp2018', 'mf', 'mf', [0.9, 30], 0.5, 1e-8, 2048],
    ['yelp2018', 'lightgcn', 'lightgcn', [0.9, 30], 0.5, 1e-8, 2048],
  ],
)
