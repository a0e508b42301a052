import { NumericError } from '@recdistill/core'
import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor } from '@tensorflow/tfjs'

/**
 * A loss and its gradient with respect to named leaves, as plain numbers. No tensor is left behind, and `leaves` stay
 * the caller's. A leaf that `f` does not read has a gradient of zeros.
 *
 * @param leaves What `f` is differentiated by. Everything else `f` touches is a constant.
 * @param f A scalar of the leaves.
 * @returns `reached` names the leaves that the value was made of by differentiable operations, whatever their gradients are.
 * @throws RangeError when `f` returns anything but a scalar.
 * @throws NumericError when the value or a gradient is NaN or infinite; it names the leaf.
 */
export function valueAndGradients<Name extends string, T extends Tensor>(
  leaves: Readonly<Record<Name, T>>,
  f: (leaves: Readonly<Record<Name, T>>) => Scalar,
): { value: number; gradients: Record<Name, Float32Array>; reached: readonly Name[] } {
  const names = Object.keys(leaves) as Name[]
  const tensors = names.map((name) => leaves[name])
  const gradients = {} as Record<Name, Float32Array>
  const reached: Name[] = []
  let number = NaN
  // Numbers leave by assignment: `tf.tidy` would search an array it is given, element by element, for tensors.
  tf.tidy(() => {
    // `tf.valueAndGrads` refuses a leaf that is not read; the engine below it takes one and returns nothing for it.
    const { value, grads } = tf.engine().gradients(() => checkTensor(f(leaves)), tensors, undefined, true)
    if (value.rank !== 0)
      throw new RangeError(
        `valueAndGradients: expected a scalar, got shape [${(value as Tensor).shape.join(', ')}]; sum it over its rows`,
      )
    number = value.dataSync()[0]
    if (!Number.isFinite(number)) throw new NumericError(`valueAndGradients: the loss is ${number}`)
    names.forEach((name, n) => {
      const gradient = (grads[n] as Tensor | null | undefined) ?? null
      if (gradient) reached.push(name)
      gradients[name] = read(name, gradient, tensors[n].size)
    })
  })
  return { value: number, gradients, reached }
}

function checkTensor(value: Scalar): Scalar {
  if (value instanceof tf.Tensor) return value
  const came = (value as unknown) instanceof Promise ? 'a promise' : typeof value
  throw new RangeError(`valueAndGradients: expected a scalar tensor, got ${came}`)
}

function read(name: string, gradient: Tensor | null, size: number): Float32Array {
  if (gradient === null) return new Float32Array(size)
  const values = gradient.dataSync<'float32'>()
  for (let n = 0; n < values.length; n++)
    if (!Number.isFinite(values[n]))
      throw new NumericError(`valueAndGradients: the gradient of "${name}" is ${values[n]} at element ${n}`)
  // other backends hand out the array itself, which gradients of several leaves may share
  return tf.getBackend() === 'wasm' ? values : values.slice()
}
