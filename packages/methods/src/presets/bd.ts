import type { MethodPreset } from '@recdistill/plugin'

const shared = { lambdaTS: 0.5, lambdaST: 0.5, epsE: 1e-4, p: 10 }

/** Hyper-parameters of the released notebooks, teachers of 50 and students of 5 dimensions; CDAE there learns at a rate of 2e-3. */
export const presets = [
  {
    dataset: 'citeulike-t',
    teacher: 'mf',
    student: 'mf',
    params: { ...shared, form: 'pairs', tauT: 5, tauS: 5, epsT: 1e-2, perPair: 1 },
    lambda: 1,
    weightDecay: 0,
    batch: 128,
  },
  {
    dataset: 'citeulike-t',
    teacher: 'cdae',
    student: 'cdae',
    params: { ...shared, form: 'users', tauT: 2, tauS: 2, epsT: 1e-4, perPair: 5 },
    lambda: 1,
    weightDecay: 0,
    batch: 128,
    lr: 2e-3,
  },
] as const satisfies readonly MethodPreset<Record<string, number | string>>[]
