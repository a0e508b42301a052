import { type Tensor2D, tf } from '@recdistill/tensor'
import { expectSameRows } from './shapes.ts'

/**
 * A function of rows, evaluated once per entity however often it occurs: out[r] = f(x[first place of ids[r]]).
 *
 * @param ids Whom each row belongs to; rows of one entity are equal. [rows]
 * @param inputs [rows, width] each.
 * @param f Sees the entities in order of their first place, and who they are. [distinct, width] each to [distinct, any]
 * @returns [rows, any]
 * @throws RangeError when shapes disagree.
 */
export function onDistinctRows<const Inputs extends readonly Tensor2D[]>(
  ids: Uint32Array,
  inputs: Inputs,
  f: (ids: Uint32Array, inputs: { readonly [n in keyof Inputs]: Tensor2D }) => Tensor2D,
): Tensor2D {
  expectSameRows('onDistinctRows', Object.fromEntries(inputs.map((x, n) => [`input ${n}`, x])))
  for (const { shape } of inputs)
    if (shape[0] !== ids.length)
      throw new RangeError(`onDistinctRows: got ${ids.length} ids for rows of [${shape.join(', ')}]`)
  if (ids.length === 0) return f(ids, inputs as { readonly [n in keyof Inputs]: Tensor2D })
  const placeOf = new Map<number, number>()
  const firsts: number[] = []
  const places = Int32Array.from(ids, (id, row) => {
    const known = placeOf.get(id)
    if (known !== undefined) return known
    placeOf.set(id, firsts.length)
    return firsts.push(row) - 1
  })
  return tf.tidy(() => {
    const first = tf.tensor1d(firsts, 'int32')
    const distinct = inputs.map((x) => tf.gather(x, first)) as { [n in keyof Inputs]: Tensor2D }
    const out = f(
      Uint32Array.from(firsts, (row) => ids[row]),
      distinct,
    )
    return tf.gather(out, tf.tensor1d(places, 'int32'))
  })
}
