import type { EvalProtocol } from '@recdistill/core'

/**
 * For new claims: nothing the user is known to have met can be recommended, averages run over users with truth, and
 * truth on items that no model could have learnt is measured apart.
 */
export const strict: EvalProtocol = {
  name: 'strict',
  mask: { test: ['train', 'valid'], valid: ['train'] },
  users: 'with-truth',
  coldItems: 'apart',
  candidates: { kind: 'catalogue' },
  ks: [10, 20],
  select: 'ndcg@10',
}
