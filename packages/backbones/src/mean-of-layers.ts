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
 * [x, input, next x], and a product reads two neighbours with the matrix [A I] or [I A] and writes the third.
 */
export function meanOfLayers(engine: Engine, graph: SparseMatrix, layers: number, dim: number): MeanOfLayers {
  const { rows } = graph
  const forth = besideIdentity(graph, { graphFirst: true })
  const back = besideIdentity(graph, { graphFirst: false })
  const scaled = forth.values.map((value) => value / (layers + 1))
  const last = { forth: { ...forth, values: scaled }, back: { ...back, values: scaled } }
  let memory: { free(): void; blocks: Float32Array } | null = null
  return {
    of(fill) {
      memory ??= takeMemory(engine, 3 * rows, dim)
      const { blocks } = memory
      const [first, input, third] = [0, 1, 2].map((n) =>
        blocks.subarray(n * rows * dim, (n + 1) * rows * dim),
      )
      fill(input)
      if (layers > 0) first.set(input)
      for (let layer = 1; layer <= layers; layer++) {
        const { forth: there, back: again } = layer === layers ? last : { forth, back }
        if (layer % 2 === 1) engine.propagate(there, blocks.subarray(0, 2 * rows * dim), dim, third)
        else engine.propagate(again, blocks.subarray(rows * dim), dim, first)
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

/** [A I] or [I A]. The order of entries in a row is the same in both, so they share their values. */
function besideIdentity(
  { rows, offsets, indices, values }: SparseMatrix,
  { graphFirst }: { graphFirst: boolean },
): SparseMatrix {
  const [ofGraph, ofIdentity] = graphFirst ? [0, rows] : [rows, 0]
  const out = {
    rows,
    columns: 2 * rows,
    offsets: offsets.map((offset, row) => offset + row),
    indices: new Uint32Array(indices.length + rows),
    values: new Float32Array(indices.length + rows),
  }
  let n = 0
  for (let row = 0; row < rows; row++) {
    for (let e = offsets[row]; e < offsets[row + 1]; e++) {
      out.indices[n] = indices[e] + ofGraph
      out.values[n++] = values[e]
    }
    out.indices[n] = row + ofIdentity
    out.values[n++] = 1
  }
  return out
}

/**
 * Memory next to the kernels, where a product needs no copy: the values of a table nobody else knows. An engine that hands out
 * copies makes it an array like any other.
 */
function takeMemory(engine: Engine, rows: number, dim: number) {
  const table = engine.table('layers', rows, dim, { trainable: false })
  return { blocks: engine.read(table), free: () => engine.free(table) }
}
