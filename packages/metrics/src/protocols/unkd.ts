import type { EvalProtocol } from '@recdistill/core'

/**
 * The evaluation of UnKD: full ranking without training items, averaged over the users of a group; the data set has two groups of users,
 * one to validate and one to test (split rule `groups`), so each part has truth for its own.
 * @see WSDM 2023
 */
export const unkd: EvalProtocol = {
  name: 'unkd',
  mask: { test: ['train'], valid: ['train'] },
  users: 'with-truth',
  coldItems: 'keep',
  candidates: { kind: 'catalogue' },
  ks: [10, 20],
  select: 'ndcg@10',
}
