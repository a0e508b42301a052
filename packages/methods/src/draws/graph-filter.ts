import type { SparseRows } from '@recdistill/losses'
import type { Rng } from '@recdistill/plugin'
import type { Graph } from '@recdistill/samplers'

/**
 * Rows of a low-pass filter over a graph, some of its edges dropped anew.
 *
 *     H = alpha A + (1 - alpha) Id,   every entry of A kept with chance `keep` and then divided by it
 *
 * @param ids The rows. H is [nodes, nodes]; of it [ids, nodes] are made.
 */
export function filterRows(
  { offsets, columns, weights }: Graph,
  ids: Uint32Array,
  { alpha, keep }: { readonly alpha: number; readonly keep: number },
  rng: Rng,
): SparseRows {
  const degree = (id: number) => offsets[id + 1] - offsets[id]
  const most = ids.reduce((sum, id) => sum + degree(id) + 1, 0)
  const out = {
    offsets: new Uint32Array(ids.length + 1),
    columns: new Uint32Array(most),
    weights: new Float32Array(most),
  }
  let n = 0
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]
    out.columns[n] = id
    out.weights[n++] = 1 - alpha
    for (let edge = offsets[id]; alpha > 0 && edge < offsets[id + 1]; edge++) {
      if (keep < 1 && rng.float() >= keep) continue
      out.columns[n] = columns[edge]
      out.weights[n++] = (alpha * weights[edge]) / keep
    }
    out.offsets[row + 1] = n
  }
  return {
    offsets: out.offsets,
    columns: out.columns.subarray(0, n),
    weights: out.weights.subarray(0, n),
    numColumns: offsets.length - 1,
  }
}
