import type { Tensor2D } from '@recdistill/tensor'

type Named = Readonly<Record<string, Tensor2D | null | undefined>>

/** @throws RangeError when the tensors differ in shape; those that are absent are not asked. */
export function expectSameShape(who: string, tensors: Named, why: string): void {
  const [first, ...rest] = present(who, tensors)
  for (const other of rest)
    if (shapeOf(other) !== shapeOf(first)) throw new RangeError(`${disagreement(who, first, other)}; ${why}`)
}

/** @throws RangeError when the tensors differ in their number of rows. */
export function expectSameRows(who: string, tensors: Named): void {
  const [first, ...rest] = present(who, tensors)
  for (const other of rest)
    if (other.tensor.shape[0] !== first.tensor.shape[0])
      throw new RangeError(`${disagreement(who, first, other)}; they must have the same rows`)
}

/** @throws RangeError unless the tensor is one number a row. */
export function expectColumn(who: string, name: string, tensor: Tensor2D): void {
  expectTensor(who, name, tensor)
  if (tensor.rank !== 2 || tensor.shape[1] !== 1)
    throw new RangeError(`${who}: ${name} must be [rows, 1], got ${shapeOf({ tensor })}`)
}

/** @throws RangeError unless `value` is a finite number above 0. */
export function expectPositive(who: string, name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${who}: ${name} must be above 0, got ${value}`)
}

interface Entry {
  readonly name: string
  readonly tensor: Tensor2D
}

function present(who: string, tensors: Named): Entry[] {
  return Object.entries(tensors).flatMap(([name, tensor]) => {
    if (!tensor) return []
    expectTensor(who, name, tensor)
    return [{ name, tensor }]
  })
}

/** Callers without types give nested arrays, as most of TensorFlow.js takes them. */
function expectTensor(who: string, name: string, value: { readonly shape?: unknown }): void {
  if (!Array.isArray(value.shape))
    throw new TypeError(
      `${who}: ${name} must be a tensor, got ${typeof value}; tf.tensor2d makes one of rows`,
    )
}

function shapeOf({ tensor }: { readonly tensor: Tensor2D }): string {
  return `[${tensor.shape.join(', ')}]`
}

function disagreement(who: string, a: Entry, b: Entry): string {
  return `${who}: ${a.name} is ${shapeOf(a)} but ${b.name} is ${shapeOf(b)}`
}
