import type { Engine, SparseMatrix } from '@recdistill/engine'

/** Smooths matrices [rows, dim] over a graph. */
export interface MeanOfLayers {
  /**
   *     out = (I + A + A^2 + ... + A^layers) input / (layers + 1)
   *
   * @param fill Writes the input where it is told to; all of it.
   * @returns Memory that the next call overwrites.
   */
  of(fill: (input: Float32Array) => void): Float32Array
  /** Gives its memory back; the next call takes it anew. */
  release(): void
}

/**
 * Horner's rule, `x = A x + input`, as one sparse product a layer: three blocks of rows stand in a row in the engine's memory,
 * [x, input, next x], and a product reads two neighbours with the matrix [A I] or [I A] and writes the third. The first layer
 * reads the input alone with A + I.
 */
export function meanOfLayers(engine: Engine, graph: SparseMatrix, layers: number, dim: number): MeanOfLayers {
  const { rows } = graph
  let memory: ReturnType<typeof takeMemory> | null = null
  const take = () => {
    const values = beside(graph.values, graph.offsets)
    return takeMemory(engine, 3 * rows, dim, [values, values.map((value) => value / (layers + 1))])
  }
  const structures = [
    structureBeside(graph, { graphAt: 0, identityAt: 0 }),
    structureBeside(graph, { graphAt: 0, identityAt: rows }),
    structureBeside(graph, { graphAt: rows, identityAt: 0 }),
  ]
  return {
    of(fill) {
      memory ??= take()
      const { blocks, values } = memory
      const block = (from: number, to: number) => blocks.subarray(from * rows * dim, to * rows * dim)
      const [first, input, third] = [0, 1, 2].map((n) => block(n, n + 1))
      fill(input)
      for (let layer = 1; layer <= layers; layer++) {
        const odd = layer % 2 === 1
        const which = layer === 1 ? 0 : odd ? 1 : 2
        const given = layer === 1 ? input : odd ? block(0, 2) : block(1, 3)
        const matrix = { ...structures[which], values: values[layer === layers ? 1 : 0] }
        engine.propagate(matrix, given, dim, odd ? third : first)
      }
      if (layers === 0) return input
      return layers % 2 === 1 ? third : first
    },
    release() {
      memory?.free()
      memory = null
    },
  }
}

/** Where the entries of [A I], [I A] or A + I are: those of a row of A, then the one of the identity. */
function structureBeside(
  { rows, offsets, indices }: SparseMatrix,
  { graphAt, identityAt }: { graphAt: number; identityAt: number },
): Omit<SparseMatrix, 'values'> {
  const out = new Uint32Array(indices.length + rows)
  let n = 0
  for (let row = 0; row < rows; row++) {
    for (let e = offsets[row]; e < offsets[row + 1]; e++) out[n++] = indices[e] + graphAt
    out[n++] = row + identityAt
  }
  const columns = graphAt + identityAt === 0 ? rows : 2 * rows
  return { rows, columns, offsets: offsets.map((offset, row) => offset + row), indices: out }
}

/** The values of all of them: those of a row of A, then 1. */
function beside(values: Float32Array, offsets: Uint32Array): Float32Array {
  const out = new Float32Array(values.length + offsets.length - 1)
  for (let row = 0; row + 1 < offsets.length; row++) {
    out.set(values.subarray(offsets[row], offsets[row + 1]), offsets[row] + row)
    out[offsets[row + 1] + row] = 1
  }
  return out
}

/**
 * Memory next to the kernels, where a product needs no copy: the values of a table nobody else knows, and numbers. An engine
 * that hands out copies makes them arrays like any other.
 */
function takeMemory(engine: Engine, rows: number, dim: number, numbers: readonly Float32Array[]) {
  const table = engine.table('layers', rows, dim, { trainable: false })
  const values = numbers.map((given) => {
    const kept = engine.makeFloats(given.length)
    kept.set(given)
    return kept
  })
  return {
    blocks: engine.read(table),
    values,
    free() {
      engine.free(table)
      values.forEach((kept) => engine.release(kept))
    },
  }
}
