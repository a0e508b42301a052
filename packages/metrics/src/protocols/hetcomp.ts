import type { EvalProtocol } from '@recdistill/core'

/**
 * The evaluation of HetComp: full ranking, what the user met in the other two parts masked; held-out items that nobody has in training
 * are no truth, and users who are left without any do not count.
 * @see WWW 2023
 */
export const hetcomp: EvalProtocol = {
  name: 'hetcomp',
  mask: { test: ['train', 'valid'], valid: ['train', 'test'] },
  users: 'with-truth',
  coldItems: 'apart',
  candidates: { kind: 'catalogue' },
  ks: [10, 50],
  select: 'recall@50',
}
