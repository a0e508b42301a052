import { z } from 'zod'

/** Parameters of every method that distils through experts. */
export const expertParams = {
  experts: z.int().min(1).default(30).describe('experts for users, and as many for items (E in the paper)'),
  startT: z.number().positive().default(1).describe('temperature of the selection in the first epoch'),
  endT: z
    .number()
    .min(1e-30) // logits divided by less are beyond 32-bit floats
    .default(1e-10)
    .describe('temperature it falls to, by the same factor every epoch'),
  annealEpochs: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('epochs from startT to endT; null is the most epochs a run may have'),
  annealIndex: z
    .enum(['epoch', 'previous'])
    .default('epoch')
    .describe('temperature of this epoch, or of the one before as in the original code'),
}
