/**
 * Binary cross-entropy on logits (spec K4), which keeps its gradient however wrong a score is:
 *
 *     loss = sum of softplus(s) - y s,  d loss / d s = sigmoid(s) - y
 *
 * @param targets 0 to 1; entries whose target is NaN take no part.
 * @param grad Receives the gradient, 0 where no part is taken. May be `scores` itself.
 */
export function binaryCrossEntropy(scores: Float32Array, targets: Float32Array, grad: Float32Array): number {
  let loss = 0
  for (let n = 0; n < scores.length; n++) {
    const score = scores[n]
    const target = targets[n]
    if (target !== target) {
      grad[n] = 0
      continue
    }
    const small = Math.exp(-Math.abs(score)) // in (0, 1]
    loss += Math.max(score, 0) + Math.log1p(small) - target * score
    grad[n] = (score > 0 ? 1 : small) / (1 + small) - target
  }
  return loss
}
