import type { DeviceValues, NativeBinding, OpAttribute } from '@recdistill/tensor/node-backend'

declare const brand: unique symbol

/** A tensor or variable on the device, by the number the binding gave it. */
export type Handle = number & { readonly [brand]: 'tensor' }

/** Numbers of element types in the C API. */
export const FLOAT = 1
export const DOUBLE = 2
const INT32 = 3
const INT64 = 9
const BOOL = 10

/** TensorFlow operations by name, with every tensor owned by a scope. */
export interface Device {
  readonly gpu: boolean
  readonly version: string
  /** Runs `work`; all tensors it made are deleted at its end. Scopes nest. */
  scope<T>(work: () => T): T
  /** A scope of its own whose one result joins the scope around it. */
  lift(work: () => Handle): Handle
  /** A scope of its own whose one result is the caller's, to be given to `free`. */
  own(work: () => Handle): Handle
  free(handle: Handle): void

  /** Values are copied by whoever needs them longer than this scope. */
  floats(values: Float32Array, shape: readonly number[]): Handle
  /** Ids: below 2^31. */
  ints(values: Int32Array, shape: readonly number[]): Handle
  longs(values: ArrayLike<number>, shape: readonly number[]): Handle
  bools(values: Uint8Array, shape: readonly number[]): Handle
  float(value: number): Handle
  int(value: number): Handle
  /** An axis or a shape. */
  list(...values: readonly number[]): Handle

  /** One operation with one result. Attributes that TensorFlow reads off the inputs are left out. */
  run(name: string, inputs: readonly Handle[], attributes?: readonly OpAttribute[]): Handle
  runMany(
    name: string,
    inputs: readonly Handle[],
    outputs: number,
    attributes?: readonly OpAttribute[],
  ): readonly Handle[]
  /** One operation without a result. */
  call(name: string, inputs: readonly Handle[], attributes?: readonly OpAttribute[]): void

  readFloats(handle: Handle): Float32Array
  readInts(handle: Handle): Int32Array
}

/** Attributes of operations. */
export interface Attributes {
  type(name: string, value: number): OpAttribute
  bool(name: string, value: boolean): OpAttribute
  int(name: string, value: number): OpAttribute
  text(name: string, value: string): OpAttribute
  shape(name: string, value: readonly number[]): OpAttribute
}

/** The kinds of attribute, as the binding numbers them. */
export const attribute: Attributes = {
  text: (name, value) => ({ name, type: 0, value }),
  int: (name, value) => ({ name, type: 1, value }),
  bool: (name, value) => ({ name, type: 3, value }),
  type: (name, value) => ({ name, type: 4, value }),
  shape: (name, value) => ({ name, type: 5, value }),
}

export function createDevice(binding: NativeBinding): Device {
  let made: Handle[] = []

  const enter = <T>(work: () => T, survivor: (result: T) => Handle | null): T => {
    const outer = made
    made = []
    let kept: Handle | null = null
    try {
      const result = work()
      kept = survivor(result)
      return result
    } finally {
      for (const handle of made) if (handle !== kept) binding.deleteTensor(handle)
      made = outer
    }
  }
  const track = (id: number): Handle => {
    made.push(id as Handle)
    return id as Handle
  }
  const create = (values: DeviceValues, dtype: number, shape: readonly number[]) =>
    track(binding.createTensor(shape, dtype, values))
  const runMany: Device['runMany'] = (name, inputs, outputs, attributes = []) =>
    binding.executeOp(name, attributes, inputs, outputs).map(({ id }) => track(id))

  return {
    gpu: binding.isUsingGpuDevice(),
    version: binding.TF_Version,
    scope: (work) => enter(work, () => null),
    lift: (work) => track(enter(work, (handle) => handle)),
    own: (work) => enter(work, (handle) => handle),
    free: (handle) => binding.deleteTensor(handle),

    floats: (values, shape) => create(values, FLOAT, shape),
    ints: (values, shape) => create(values, INT32, shape),
    longs(values, shape) {
      // The binding takes 64-bit integers as pairs of 32 bits.
      const pairs = new Int32Array(values.length * 2)
      for (let n = 0; n < values.length; n++) pairs[2 * n] = values[n]
      return create(pairs, INT64, shape)
    },
    bools: (values, shape) => create(values, BOOL, shape),
    float: (value) => create(Float32Array.of(value), FLOAT, []),
    int: (value) => create(Int32Array.of(value), INT32, []),
    list: (...values) => create(Int32Array.from(values), INT32, [values.length]),

    run: (name, inputs, attributes) => runMany(name, inputs, 1, attributes)[0],
    runMany,
    call: (name, inputs, attributes) => void runMany(name, inputs, 0, attributes),

    readFloats: (handle) => binding.tensorDataSync(handle) as Float32Array,
    readInts: (handle) => binding.tensorDataSync(handle) as Int32Array,
  }
}
