import * as tf from '@tensorflow/tfjs'

/** Tensors alive in this process. After minus before is what a piece of work leaked. */
export function countTensors(): number {
  return tf.memory().numTensors
}
