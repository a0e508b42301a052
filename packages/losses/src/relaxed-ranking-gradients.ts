import type { Scalar, Tensor2D } from '@recdistill/tensor'

/** Of relaxed ranking: its value and its gradients, computed together. */
export interface RelaxedRankingGradients {
  readonly value: Scalar
  readonly listed: Tensor2D
  readonly background: Tensor2D
}

export interface RelaxedRankingMasks {
  readonly listed: Tensor2D | null
  readonly background: Tensor2D | null
}
