import { NumericError } from '@recdistill/core'
import type { AdamOptions, Table } from '../engine.ts'
import { nonFinite } from '../plain/adam.ts'
import type { Device, Handle } from './device.ts'
import { assign, createVariable, placed, valueOf, zeros } from './variable.ts'

/** A table as variables of the device. */
export interface DeviceTable extends Table {
  readonly values: Handle // [rows, dim]
  /** Made when the first gradient or state comes. */
  training: Training | null
  step: number
  /** Grows whenever values change. */
  version: number
  /** The version whose values are known to be finite. */
  finite: number
}

interface Training {
  /** Summed since the last step. */
  readonly grad: Handle
  readonly m: Handle
  readonly v: Handle
}

export function createDeviceTable(
  device: Device,
  name: string,
  rows: number,
  dim: number,
  trainable: boolean,
): DeviceTable {
  const values = createVariable(device, rows, dim, () => zeros(device, rows, dim))
  return { name, rows, dim, trainable, values, training: null, step: 0, version: 0, finite: 0 }
}

export function freeTable(device: Device, table: DeviceTable): void {
  dropTraining(device, table)
  device.free(table.values)
}

/** Gradient and moments become zero: they are made anew when needed. */
export function dropTraining(device: Device, table: DeviceTable): void {
  if (table.training === null) return
  for (const handle of [table.training.grad, table.training.m, table.training.v]) device.free(handle)
  table.training = null
}

export function trainingOf(device: Device, table: DeviceTable): Training {
  if (table.training === null) {
    const { rows, dim } = table
    const make = () => createVariable(device, rows, dim, () => zeros(device, rows, dim))
    table.training = { grad: make(), m: make(), v: make() }
  }
  return table.training
}

export function writeVariable(device: Device, { rows, dim }: Table, to: Handle, values: Float32Array): void {
  device.scope(() => assign(device, to, placed(device, values, rows, dim)))
}

/** A copy of a matrix of this table. */
export function readVariable(device: Device, { rows, dim }: Table, from: Handle): Float32Array {
  if (rows * dim === 0) return new Float32Array(0)
  return device.scope(() => device.readFloats(valueOf(device, from)))
}

/**
 * One step of Adam with coupled L2 on every row (spec 2.2): the L2 term into the gradient, the fused operation, and zeros.
 * Where only rows with a gradient take it, the others are put back.
 *
 * TensorFlow's operation adds eps to sqrt(v) before the correction of bias, here it comes after: eps is scaled to match.
 */
export function stepAdam(device: Device, table: DeviceTable, options: AdamOptions): void {
  const { lr, weightDecay, eps = 1e-8 } = options
  // As the operation sees them, so that the correction of bias is that of its moments.
  const [beta1, beta2] = [Math.fround(options.beta1 ?? 0.9), Math.fround(options.beta2 ?? 0.999)]
  const { grad, m, v } = trainingOf(device, table)
  const t = ++table.step
  const root = Math.sqrt(1 - beta2 ** t)
  const untouched = options.sparse ? rememberUntouched(device, table, grad, [table.values, m, v]) : null
  if (weightDecay > 0)
    device.scope(() => {
      const term = device.run('Mul', [valueOf(device, table.values), device.float(weightDecay)])
      device.call('AssignAddVariableOp', [grad, term])
    })
  device.scope(() => {
    // With both powers 0 the operation uses the step size as it is; its own correction would round 1 - beta^t to 32 bits.
    const [none, stepSize] = [device.float(0), device.float((lr * root) / (1 - beta1 ** t))]
    const betas = [device.float(beta1), device.float(beta2)]
    const moments = [table.values, m, v]
    const scaled = device.float(eps * root)
    const sum = valueOf(device, grad)
    device.call('ResourceApplyAdam', [...moments, none, none, stepSize, ...betas, scaled, sum])
  })
  untouched?.putBack()
  clearGradient(device, table)
  table.version++
}

/** Rows of `variables` whose gradient is all zeros, as they are now. */
function rememberUntouched(device: Device, { rows }: Table, grad: Handle, variables: readonly Handle[]) {
  const copies = variables.map((variable) =>
    device.own(() => device.run('DeepCopy', [valueOf(device, variable)])),
  )
  const touched = device.own(() => {
    const largest = device.run('Max', [device.run('Abs', [valueOf(device, grad)]), device.list(1)])
    return device.run('Reshape', [device.run('NotEqual', [largest, device.float(0)]), device.list(rows, 1)])
  })
  return {
    putBack() {
      variables.forEach((variable, n) => {
        device.scope(() =>
          assign(device, variable, device.run('SelectV2', [touched, valueOf(device, variable), copies[n]])),
        )
        device.free(copies[n])
      })
      device.free(touched)
    },
  }
}

/** Moves the gradient into `out`; what is left is zero. */
export function takeGradient(device: Device, table: DeviceTable, out: Float32Array): void {
  if (table.training === null) {
    out.fill(0)
    return
  }
  out.set(readVariable(device, table, table.training.grad))
  clearGradient(device, table)
}

function clearGradient(device: Device, table: DeviceTable): void {
  const { grad } = trainingOf(device, table)
  device.scope(() => assign(device, grad, zeros(device, table.rows, table.dim)))
}

/** @throws NumericError naming the first row of a table with a value that is not finite; once a version of the table. */
export function expectFinite(device: Device, ...tables: readonly DeviceTable[]): void {
  for (const table of tables) {
    if (table.finite === table.version) continue
    const sum = device.scope(() => {
      const zero = device.run('Mul', [valueOf(device, table.values), device.float(0)])
      return device.readFloats(device.run('Sum', [zero, device.list(0, 1)]))[0]
    })
    if (!Number.isFinite(sum)) throw rowError(device, table)
    table.finite = table.version
  }
}

/** What to say when a result is not finite: the row at fault, where there is one. */
export function blame(device: Device, what: string, ...tables: readonly DeviceTable[]): NumericError {
  for (const table of tables) {
    const row = wrongRow(table, readVariable(device, table, table.values))
    if (row >= 0) return nonFinite(table, row)
  }
  return new NumericError(`${what}: a score is not finite`)
}

function rowError(device: Device, table: DeviceTable): NumericError {
  return blame(device, `table "${table.name}"`, table)
}

/** The first row with a value that is not finite, or -1. */
export function wrongRow({ dim }: Table, values: Float32Array): number {
  for (let n = 0; n < values.length; n++) if (!Number.isFinite(values[n])) return Math.floor(n / dim)
  return -1
}
