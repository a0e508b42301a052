import type { EvalProtocol } from '@recdistill/core'

/**
 * Full ranking with training items masked, at the long cut-offs of Bidirectional Distillation. Its released code counts a hit
 * at rank N as a miss at N and discounts rank 1; here the metrics are the correct ones, unless `bdLegacyMetrics` asks for theirs.
 * @see WWW 2021
 */
export const bd: EvalProtocol = {
  name: 'bd',
  mask: { test: ['train'], valid: ['train'] },
  users: 'with-truth',
  coldItems: 'keep',
  candidates: { kind: 'catalogue' },
  bdLegacyMetrics: false,
  ks: [50, 100, 200],
  select: 'hr@50',
}
