import { presetsOf } from './presets-of.ts'

/** The original experiments: lambda, weight decay, batch. Other protocol (leave one out), teacher MF 200, students of 10 to 200. */
export const presets = presetsOf([], [['citeulike-t/loo', 'mf', 'mf', [], 1e-3, 1e-3, 1024]])
