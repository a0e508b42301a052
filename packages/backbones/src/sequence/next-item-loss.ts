import { NO_ITEM } from '@recdistill/core'
import type { Engine, Table } from '@recdistill/engine'
import { binaryCrossEntropy } from '../binary-cross-entropy.ts'

/** Asks states which item comes next, among drawn ones. */
export interface NextItemLoss {
  /**
   * Adds `scale` times the gradient to the item table. `draw` writes items drawn for state n; it is called for each state in
   * order.
   *
   * @param states [next, dim]
   * @returns The loss summed over states, unscaled, and `scale` times its gradient with respect to them.
   */
  of(
    states: Float32Array,
    next: Uint32Array,
    draw: (n: number, out: Uint32Array) => void,
    scale: number,
  ): { loss: number; grad: Float32Array }
  free(): void
}

/** List entries that are scored together. */
const entriesAtOnce = 1 << 20

/**
 * The loss of the next item against `drawn` others, s the dot product of state and item row:
 *
 *     softmax:  -log of e^(s_next / temperature) / sum over next and drawn of e^(s / temperature)
 *     binary:   softplus(-s_next) + sum over drawn of softplus(s)
 *
 * Drawn items that are the next one, and `NO_ITEM`, take no part. The softmax is the engine's own soft cross-entropy whose
 * target is certain.
 */
export function nextItemLoss(
  engine: Engine,
  item: Table,
  { kind, drawn, temperature }: { kind: 'softmax' | 'binary'; drawn: number; temperature: number },
): NextItemLoss {
  const { dim } = item
  const k = 1 + drawn
  const atOnce = Math.max(1, Math.min(1024, Math.floor(entriesAtOnce / k)))
  const table = engine.table('states', atOnce, dim, { trainable: true })
  const values = new Float32Array(atOnce * dim)
  const users = Uint32Array.from({ length: atOnce }, (_, row) => row)
  const ones = new Float32Array(atOnce).fill(1)
  const items = engine.makeIds(atOnce * k)
  // The next item stands first. For the softmax the others are as far below as makes e^(their logit) exactly 0.
  const [first, other] = kind === 'softmax' ? [0, -1e4 * temperature] : [1, 0]
  const targets = engine.makeFloats(atOnce * k)
  for (let n = 0; n < targets.length; n++) targets[n] = n % k === 0 ? first : other

  const evaluate = (count: number, scale: number): number => {
    const rows = { users: users.subarray(0, count), items: items.subarray(0, count * k), k }
    const wanted = targets.subarray(0, count * k)
    if (kind === 'softmax')
      return engine.softCrossEntropy(table, item, rows, ones.subarray(0, count), wanted, temperature, scale)
    const scores = new Float32Array(count * k)
    engine.scoreLists(table, item, rows, scores)
    const loss = binaryCrossEntropy(
      scores,
      wanted.map((target, n) => (rows.items[n] === NO_ITEM ? NaN : target)),
      scores,
    )
    engine.pullScores(
      table,
      item,
      rows,
      scores.map((g) => scale * g),
    )
    return loss
  }

  return {
    of(states, next, draw, scale) {
      const grad = new Float32Array(states.length)
      let loss = 0
      for (let from = 0; from < next.length; from += atOnce) {
        const count = Math.min(atOnce, next.length - from)
        values.fill(0).set(states.subarray(from * dim, (from + count) * dim))
        engine.write(table, values)
        for (let n = 0; n < count; n++) {
          const target = next[from + n]
          items[n * k] = target
          const others = items.subarray(n * k + 1, (n + 1) * k)
          draw(from + n, others)
          for (let d = 0; d < drawn; d++) if (others[d] === target) others[d] = NO_ITEM
        }
        loss += evaluate(count, scale)
        engine.takeGradient(table, values)
        grad.set(values.subarray(0, count * dim), from * dim)
      }
      return { loss, grad }
    },
    free() {
      engine.free(table)
      engine.release(items)
      engine.release(targets)
    },
  }
}
