import { type Tensor2D, tf } from '@recdistill/tensor'
import type { RelaxedRankingGradients, RelaxedRankingMasks } from './relaxed-ranking-gradients.ts'

/**
 * Relaxed ranking, row by row in double precision, for scores of any span. Sums run from the last item to the first and
 * hold their own maximum; the gradient runs back with
 *
 *     S_m = sum over k <= m of D_m / D_k = 1 + S_(m-1) D_m / D_(m-1)
 *     d loss / d a_m = -1 + e^a_m / D_m S_m        d loss / d b_l = e^b_l / D_K S_K
 *
 * in which every quotient is at most 1.
 */
export function relaxedRankingByRows(
  listed: Tensor2D,
  background: Tensor2D,
  masks: RelaxedRankingMasks,
): RelaxedRankingGradients {
  const [rows, K] = listed.shape
  const L = background.shape[1]
  const a = listed.dataSync<'float32'>()
  const b = background.dataSync<'float32'>()
  const aMask = masks.listed?.dataSync<'float32'>()
  const bMask = masks.background?.dataSync<'float32'>()
  const aGradient = new Float32Array(a.length)
  const bGradient = new Float32Array(b.length)
  const logD = new Float64Array(K)
  let value = 0
  for (let row = 0; row < rows; row++) {
    const aRow = row * K
    const bRow = row * L
    let max = -Infinity
    let sum = 0 // of e^(score - max)
    for (let l = bRow; l < bRow + L; l++) {
      if (bMask?.[l] === 0) continue
      if (b[l] > max) {
        sum = sum * Math.exp(max - b[l]) + 1
        max = b[l]
      } else sum += Math.exp(b[l] - max)
    }
    for (let k = K - 1; k >= 0; k--) {
      const score = a[aRow + k]
      if (aMask?.[aRow + k] === 0) continue
      if (score > max) {
        sum = sum * Math.exp(max - score) + 1
        max = score
      } else sum += Math.exp(score - max)
      logD[k] = max + Math.log(sum)
      value += logD[k] - score
    }
    let quotients = 0
    let last = 0
    for (let k = 0; k < K; k++) {
      if (aMask?.[aRow + k] === 0) continue
      quotients = quotients === 0 ? 1 : 1 + quotients * Math.exp(logD[k] - last)
      last = logD[k]
      aGradient[aRow + k] = Math.exp(a[aRow + k] - last) * quotients - 1
    }
    if (quotients === 0) continue
    for (let l = bRow; l < bRow + L; l++)
      if (bMask?.[l] !== 0) bGradient[l] = Math.exp(b[l] - last) * quotients
  }
  return {
    value: tf.scalar(value),
    listed: tf.tensor2d(aGradient, [rows, K]),
    background: tf.tensor2d(bGradient, [rows, L]),
  }
}
