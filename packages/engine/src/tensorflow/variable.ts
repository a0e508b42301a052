import { attribute, FLOAT, type Device, type Handle } from './device.ts'

const floats = [attribute.type('dtype', FLOAT)]

/** Under this name TensorFlow counts references: the memory goes with the handle. */
const anonymous = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347'

/** A matrix that operations change in place; the caller's, to be freed. */
export function createVariable(device: Device, rows: number, dim: number, value: () => Handle): Handle {
  const shape = attribute.shape('shape', [rows, dim])
  const variable = device.own(() =>
    device.run('VarHandleOp', [], [...floats, shape, attribute.text('shared_name', anonymous)]),
  )
  device.scope(() => assign(device, variable, value()))
  return variable
}

export function assign(device: Device, variable: Handle, value: Handle): void {
  device.call('AssignVariableOp', [variable, value])
}

/** The value now. While it is alive, a change in place has to copy the matrix first: keep its scope short. */
export function valueOf(device: Device, variable: Handle): Handle {
  return device.run('ReadVariableOp', [variable], floats)
}

/** Rows of a variable, copied. */
export function gather(device: Device, variable: Handle, ids: Handle): Handle {
  return device.run('ResourceGather', [variable, ids], floats)
}

/** variable[ids[n]] += rows[n]; an id may repeat. */
export function scatterAdd(device: Device, variable: Handle, ids: Handle, rows: Handle): void {
  device.call('ResourceScatterAdd', [variable, ids, rows], floats)
}

export function zeros(device: Device, rows: number, dim: number): Handle {
  return device.run('Fill', [device.list(rows, dim), device.float(0)])
}

/** Values in memory of the device's own, so that nothing of the caller's is held. */
export function placed(device: Device, values: Float32Array, rows: number, dim: number): Handle {
  return device.run('DeepCopy', [device.floats(values, [rows, dim])])
}
