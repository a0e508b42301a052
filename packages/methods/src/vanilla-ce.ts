import { softCrossEntropy } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'

/**
 * The textbook distillation: the student's distribution over a short list copies the teacher's.
 *
 *     loss = sum over pairs of CE(softmax(teacher / tau), softmax(student / tau)) on the list
 *
 * The list is the K items that the guide ranks highest, training positives included; or the whole catalogue.
 */
export default defineMethod({
  name: 'vanilla-ce',
  paper: {
    title: 'Distilling the Knowledge in a Neural Network',
    venue: 'NIPS workshop 2014',
    equations: 'on a list of items: RCE-KD (ICLR 2026), section 3',
  },
  params: z.object({
    guide: z
      .enum(['teacher', 'student', 'catalogue'])
      .default('teacher')
      .describe('whose top items are compared; catalogue compares all items (full CE)'),
    K: z.int().min(1).default(50).describe('items compared per user; without meaning for the catalogue'),
    tau: z
      .number()
      .positive()
      .default(1)
      .describe('temperature of both distributions; above 1 flattens them'),
  }),
  defaults: { lambda: 1, weightDecay: 1e-7 },
  presets: [
    {
      dataset: 'citeulike-t',
      teacher: 'mf',
      student: 'mf',
      params: { guide: 'student', K: 50, tau: 1 },
      lambda: 1,
      weightDecay: 1e-7,
      batch: 2048,
    },
    {
      dataset: 'citeulike-t',
      teacher: 'lightgcn',
      student: 'mf',
      params: { guide: 'student', K: 50, tau: 10 },
      lambda: 5,
      weightDecay: 1e-7,
      batch: 2048,
    },
  ],
  check: ({ guide, K }, { numItems }) =>
    guide !== 'catalogue' && K > numItems
      ? [`vanilla-ce.K: expected at most ${numItems}, the number of items, got ${K}`]
      : [],
  lists: ({ guide, K }) => ({
    compared:
      guide === 'catalogue'
        ? { size: 'catalogue' }
        : {
            size: K,
            refresh: guide === 'teacher' ? 'once' : { epochs: 1 },
            draw: (row, out) => out.set(row[guide].top(K)),
            law: { kind: 'first', from: { of: guide, k: K, seen: 'keep' } },
          },
  }),
  over: 'pairs',
  loss: ({ student, teacher, mask, params }) =>
    softCrossEntropy(student.scores.compared, teacher.scores.compared, {
      temperature: params.tau,
      mask: params.guide === 'catalogue' ? null : mask.compared,
    }),
  fused: ({ guide, tau }) => ({
    kind: guide === 'catalogue' ? 'catalogueCrossEntropy' : 'softCrossEntropy',
    list: 'compared',
    temperature: tau,
  }),
})
