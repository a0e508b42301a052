import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { numbersOf } from '../kernels/heap.ts'
import { threadsNow } from '../threads.ts'
import { withGradient } from '../with-gradient.ts'
import { createExpertMachine, type ExpertMachine } from './expert-machine.ts'
import type { MixtureInput } from './mixture.ts'

/** E two-layer networks side by side: expert e owns columns e h to e h + h - 1 of the first layer, those rows of the second. */
export interface ExpertLayers {
  readonly hidden: Tensor2D // [inputs, E h]
  readonly hiddenBias: Tensor2D // [1, E h]
  readonly output: Tensor2D // [E h, outputs]
  readonly outputBias: Tensor2D // [E, outputs]
}

/**
 * A weighted sum of what E experts make of each row.
 *
 *     out[r] = sum over e of weights[r, e] (relu(x[r] W_e + b_e) V_e + c_e)
 *
 * On the CPU, where there is much to do, it runs on kernels of its own with all threads: what is off (half of the hidden
 * units) or too faint to change a sum (experts whose weight is below 2^-24 of the row's largest) is not computed, so it gets
 * faster the sharper the weights are, and no [rows, E h] matrix is made. The faint weights have no gradient then.
 *
 * @param x [n, inputs]
 * @param weights [n, E]
 * @returns [n, outputs]
 */
export function mixExperts(x: Tensor2D, weights: Tensor2D, layers: ExpertLayers): Tensor2D {
  const { hidden, hiddenBias, output, outputBias } = layers
  const work = x.shape[0] * output.size
  const machine = work >= WORTHWHILE && /^(wasm|cpu)$/.test(tf.getBackend()) ? sharedMachine() : null
  if (machine === null) return mixExpertsPlainly(x, weights, layers)
  return withGradient<Tensor2D>([x, weights, hidden, hiddenBias, output, outputBias], (save) => {
    save(x, weights, hidden, hiddenBias, output, outputBias)
    const mixture = machine.mix(inputOf([x, weights, hidden, hiddenBias, output, outputBias]))
    return {
      value: tf.tensor2d(own(mixture), [x.shape[0], output.shape[1]]),
      gradient: (upstream, ...saved) => {
        const found = machine.differentiate(inputOf(saved), numbersOf(upstream))
        return [found.x, found.weights, found.first, found.firstBias, found.second, found.secondBias].map(
          (part, n) => tf.tensor(own(part), saved[n].shape),
        )
      },
    }
  })
}

/** The plain backend keeps the array it is given; others copy it at once. */
function own(view: Float32Array): Float32Array {
  return tf.getBackend() === 'cpu' ? view.slice() : view
}

/** The same by two large products: everywhere, whatever the size. The oracle of the kernels. */
export function mixExpertsPlainly(
  x: Tensor2D,
  weights: Tensor2D,
  { hidden, hiddenBias, output, outputBias }: ExpertLayers,
): Tensor2D {
  return tf.tidy(() => {
    const [rows, E] = weights.shape
    const width = hidden.shape[1] / E
    const active = tf.relu(tf.add(tf.matMul(x, hidden), hiddenBias))
    const weighted = tf.mul(tf.reshape(active, [rows, E, width]), tf.reshape(weights, [rows, E, 1]))
    const mixed = tf.matMul(tf.reshape(weighted, [rows, E * width]), output)
    return tf.add(mixed, tf.matMul(weights, outputBias)) as Tensor2D
  })
}

/** Products of the second layer below which a call costs more than it saves. */
const WORTHWHILE = 2 ** 22

let shared: { readonly threads: number; readonly machine: ExpertMachine | null } | null = null

function sharedMachine(): ExpertMachine | null {
  const threads = threadsNow()
  if (shared?.threads !== threads) {
    shared?.machine?.dispose()
    shared = { threads, machine: createExpertMachine({ threads }) }
  }
  return shared.machine
}

function inputOf([x, weights, hidden, hiddenBias, output, outputBias]: readonly Tensor[]): MixtureInput {
  return {
    rows: x.shape[0],
    inputs: x.shape[1] as number,
    experts: weights.shape[1] as number,
    hidden: (hidden.shape[1] as number) / (weights.shape[1] as number),
    outputs: output.shape[1] as number,
    x: numbersOf(x),
    weights: numbersOf(weights),
    layers: {
      // What a tensor holds never changes, and its copies share the id.
      key: [hidden.dataId, hiddenBias.dataId, output.dataId, outputBias.dataId],
      read: () => ({
        first: numbersOf(hidden),
        firstBias: numbersOf(hiddenBias),
        second: numbersOf(output),
        secondBias: numbersOf(outputBias),
      }),
    },
  }
}
