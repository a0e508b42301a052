import type { EvalProtocol } from '@recdistill/core'

/**
 * Leave one out against the whole catalogue, training items and the other held-out item masked, as in Topology Distillation (FTD, HTD).
 * @see KDD 2021; it does not say what an epoch is chosen by
 */
export const looFull: EvalProtocol = {
  name: 'loo-full',
  mask: { test: ['train', 'valid'], valid: ['train', 'test'] },
  users: 'with-truth',
  coldItems: 'keep',
  candidates: { kind: 'catalogue' },
  ks: [10, 20, 50],
  select: 'ndcg@10',
}
