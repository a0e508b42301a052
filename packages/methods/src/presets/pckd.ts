import { presetsOf } from './presets-of.ts'

/** Hyper-parameters of the released configurations, list form, guided by the teacher: alpha, T, M, Q, tau, experts, lambda, weight decay, batch. */
export const presets = presetsOf(
  ['alpha', 'T', 'M', 'Q', 'tau', 'experts'],
  [
    ['citeulike-t', 'mf', 'mf', [0.1, 10, 100, 5, 0.1, 30], 0.05, 1e-4, 2048],
    ['citeulike-t', 'lightgcn', 'lightgcn', [0.05, 10, 500, 5, 0.01, 20], 0.005, 1e-5, 2048],
    ['gowalla', 'mf', 'mf', [0.5, 10, 100, 10, 0.01, 5], 0.005, 1e-3, 4096],
    ['gowalla', 'lightgcn', 'lightgcn', [0.5, 10, 100, 5, 0.1, 5], 0.005, 1e-6, 4096],
    ['yelp2018', 'mf', 'mf', [0.5, 10, 100, 5, 0.1, 5], 0.005, 1e-3, 2048],
  ],
)
