import type { SparseMatrix } from '../engine.ts'
import { attribute, FLOAT, type Device, type Handle } from './device.ts'

/** Sparse matrices on the device in compressed rows, made once for a structure and its values. */
export interface SparseMatrices {
  /** matrix x input. [matrix.rows, dim] */
  product(matrix: SparseMatrix, input: Float32Array, dim: number, out: Float32Array): void
  dispose(): void
}

interface Placed {
  readonly matrix: Handle
  readonly offsets: Uint32Array
  readonly columns: number
  readonly values: Float32Array
}

export function createSparseMatrices(device: Device): SparseMatrices {
  // Keyed by the array of its indices, which another matrix may share; freed when its owner let go of it.
  const placed = new WeakMap<Uint32Array, Placed>()
  const alive = new Set<Handle>()
  const free = (handle: Handle) => {
    if (alive.delete(handle)) device.free(handle)
  }
  const dropped = new FinalizationRegistry<Handle>(free)

  const place = (matrix: SparseMatrix): Handle => {
    const old = placed.get(matrix.indices)
    const isSame = old?.offsets === matrix.offsets && old.columns === matrix.columns
    if (isSame && sameValues(old.values, matrix.values)) return old.matrix
    if (old) free(old.matrix)
    const made = device.own(() => compressed(device, matrix))
    alive.add(made)
    const { offsets, columns, values } = matrix
    placed.set(matrix.indices, { matrix: made, offsets, columns, values: values.slice() })
    dropped.register(matrix.indices, made)
    return made
  }

  return {
    product(matrix, input, dim, out) {
      if (matrix.indices.length === 0 || out.length === 0) {
        out.fill(0)
        return
      }
      const left = place(matrix)
      device.scope(() => {
        const right = device.floats(input, [matrix.columns, dim])
        const product = device.run('SparseMatrixMatMul', [left, right], [attribute.type('T', FLOAT)])
        out.set(device.readFloats(product))
      })
    },
    dispose() {
      for (const handle of [...alive]) free(handle)
    },
  }
}

function compressed(device: Device, { rows, columns, offsets, indices, values }: SparseMatrix): Handle {
  const places = new Float64Array(indices.length * 2)
  for (let row = 0; row < rows; row++)
    for (let e = offsets[row]; e < offsets[row + 1]; e++) {
      places[2 * e] = row
      places[2 * e + 1] = indices[e]
    }
  return device.run('SparseTensorToCSRSparseMatrix', [
    device.longs(places, [indices.length, 2]),
    device.run('DeepCopy', [device.floats(values, [values.length])]),
    device.longs([rows, columns], [2]),
  ])
}

function sameValues(a: Float32Array, b: Float32Array): boolean {
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false
  return true
}
