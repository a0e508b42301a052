import type { Engine, SparseMatrix } from '@recdistill/engine'

/**
 * Products of dense matrices on the engine's kernels: left [rows, width] x right [width, columns], the left one as a sparse
 * matrix that happens to be full. Its structure is kept for every shape of the left one, so use few shapes.
 */
export function denseProducts(
  engine: Engine,
): (left: Float32Array, width: number, right: Float32Array, columns: number, out: Float32Array) => void {
  const shapes = new Map<string, Omit<SparseMatrix, 'values'>>()
  return (left, width, right, columns, out) => {
    const rows = left.length / width
    const key = `${rows} ${width}`
    const shape = shapes.get(key) ?? {
      rows,
      columns: width,
      offsets: Uint32Array.from({ length: rows + 1 }, (_, row) => row * width),
      indices: Uint32Array.from({ length: rows * width }, (_, e) => e % width),
    }
    shapes.set(key, shape)
    engine.propagate({ ...shape, values: left }, right, columns, out)
  }
}
