import { describeMethod } from '@recdistill/plugin/contract'
import vanillaCe from './vanilla-ce.ts'

describeMethod(vanillaCe, {
  variants: [
    { guide: 'student', K: 4, tau: 10 },
    { guide: 'catalogue', tau: 2 },
  ],
})
