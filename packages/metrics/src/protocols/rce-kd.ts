import type { EvalProtocol } from '@recdistill/core'

/**
 * The evaluation of RCE-KD and the code it grew from: only training items are masked, so one list serves validation
 * and test; every user counts, those without truth as 0; items never trained stay in the truth.
 * @see arXiv 2509.20989, ICLR 2026
 */
export const rceKd: EvalProtocol = {
  name: 'rce-kd',
  mask: { test: ['train'], valid: ['train'] },
  users: 'all',
  coldItems: 'keep',
  candidates: { kind: 'catalogue' },
  ks: [10, 20],
  select: 'ndcg@10',
}
