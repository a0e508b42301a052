import { InputError } from '@recdistill/core'
import { tf, type Scalar, type Tensor } from '@recdistill/tensor'

/** What a loss gives. @throws InputError when it is no scalar tensor. */
export function scalarOf(method: string, value: Scalar): Scalar {
  if (!(value instanceof tf.Tensor)) {
    const given: unknown = value
    if (given instanceof Promise) given.catch(() => undefined) // what it fails of later is no matter any more
    throw new InputError(`${method}: its loss gives ${describe(given)}, expected a scalar tensor`)
  }
  const { rank, shape } = value as Tensor
  if (rank === 0) return value
  throw new InputError(
    `${method}: its loss gives a tensor of shape [${shape.join(', ')}], expected a scalar; sum it over its rows`,
  )
}

/** Numbers were taken out of tensors on the way, so that no gradient comes back. */
export function leftTheTape(method: string, role: string, keys: readonly string[]): InputError {
  const read = keys.map((key) => `${role}.${key}`).join(', ')
  return new InputError(
    `${method}: its loss reads ${read} and depends on none of them, so it trains nothing; keep to operations on tensors: numbers taken out by dataSync or arraySync are constants`,
  )
}

function describe(value: unknown): string {
  if (value instanceof Promise) return 'a promise'
  return value === undefined ? 'nothing' : `a ${typeof value}`
}
