import { softCrossEntropy } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'

/**
 * The textbook distillation with nothing left out: the student's distribution over the whole catalogue copies the teacher's.
 *
 *     loss = sum over pairs of CE(softmax(teacher / tau), softmax(student / tau)) over all items
 *
 * It is `vanilla-ce` with the catalogue for its guide, under the name that papers give to the baseline.
 */
export default defineMethod({
  name: 'full-ce',
  paper: {
    title: 'Distilling the Knowledge in a Neural Network',
    venue: 'NIPS workshop 2014',
    equations: 'over all items: RCE-KD (ICLR 2026), section 3',
  },
  params: z.object({
    tau: z
      .number()
      .positive()
      .default(1)
      .describe('temperature of both distributions; above 1 flattens them'),
  }),
  defaults: { lambda: 1, weightDecay: 1e-7 },
  lists: () => ({ compared: { size: 'catalogue' } }),
  over: 'pairs',
  loss: ({ student, teacher, params }) =>
    softCrossEntropy(student.scores.compared, teacher.scores.compared, { temperature: params.tau }),
  fused: ({ tau }) => ({ kind: 'catalogueCrossEntropy', list: 'compared', temperature: tau }),
})
