import { describeMethod } from '@recdistill/plugin/contract'
import rceKd from './rce-kd.ts'

const small = { K: 6, L: 5, M: 12, T: 2 }

describeMethod(rceKd, {
  variants: [
    { ...small, gammaMode: 'topK', tau: 2 },
    { ...small, sampleRank: true },
    { ...small, countMode: 'paper', cap: null },
    ...['w/o S', 'w/o T', 'w/o sep', 'w/ const', 'full-CE'].map((ablation) => ({ ...small, ablation })),
  ],
})
