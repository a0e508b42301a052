import type { EvalProtocol } from '@recdistill/core'

/**
 * Leave one out against 499 sampled items, as in DE-RRD, IR-RRD and DCD: the held-out item is ordered among items the
 * user met nowhere, drawn once per user. Equal scores count against the held-out item.
 *
 * Sampled candidates favour some models over others (Krichene and Rendle, KDD 2020): use it to compare with published
 * numbers, not to choose a model.
 */
export const loo499: EvalProtocol = {
  name: 'loo-499',
  mask: { test: ['train', 'valid'], valid: ['train', 'test'] },
  users: 'with-truth',
  coldItems: 'keep',
  candidates: { kind: 'sampled', negatives: 499, seed: 0 },
  ks: [5, 10, 20],
  select: 'hr@10',
}
