import { InputError } from '@recdistill/core'
import type { Backbone, Model } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'

/**
 * A backbone of a model that is trained by one call of `fit`: it ranks, scores and teaches, and refuses to take steps.
 * @param name Speaks in the errors.
 */
export function trainedOnce(
  name: string,
  model: Model,
  {
    trainable,
    fit,
    state,
    ...training
  }: {
    trainable: boolean
    fit(): void
    /** What a checkpoint must hold. */
    state(): Record<string, Float32Array>
    restore: Backbone['restore']
    begin?(): void
  },
): Backbone {
  const { flipped, ...views } = model
  const refuse = () => {
    throw new InputError(
      `${name}: is trained at once, by fit, and has no gradient; it can teach, but it cannot be a student`,
    )
  }
  const shared = {
    begin() {},
    ...training,
    state: () => ({ parameters: state(), optimizer: {}, step: 0 }),
    base: refuse,
    pullScores: refuse,
    pullRows: refuse,
    update: refuse,
  }
  const whole: Backbone = {
    ...views,
    ...shared,
    fit() {
      if (!trainable) throw new InputError(`${name}: this model is frozen; create it with trainable: true`)
      fit()
    },
    scores: scoresOf(model),
    ...(flipped && { flipped: () => exchanged(flipped()) }),
  }
  const exchanged = (other: Model): Backbone => ({
    ...other,
    ...shared,
    scores: scoresOf(other),
    flipped: () => whole,
    dispose() {}, // shares everything with `whole`, which frees it
  })
  return whole
}

function scoresOf(model: Model): Backbone['scores'] {
  return (users, items, k) => tf.tensor2d(model.scoresOf(users, items, k), [users.length, k])
}
