import { describeMethod } from '@recdistill/plugin/contract'
import rrd from './rrd.ts'

describeMethod(rrd, {
  unseen: ['interesting', 'uninteresting'],
  variants: [
    { interesting: 'top', K: 5, L: 7, maxK: 9 },
    { interesting: 'score', K: 5, L: 7, maxK: 9, noSort: true, T: 2 },
    { K: 8, L: 3, maxK: 8 },
  ],
})
