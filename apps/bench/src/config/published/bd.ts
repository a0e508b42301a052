import type { Reference } from '@recdistill/core'

/**
 * Outputs of the BD release's notebooks (CiteULike, test part, no selection of an epoch).
 *
 * @param pair Teacher and student, e.g. `mf:50 to mf:5`.
 * @param legacy Whether ours are counted as theirs are, by `bdLegacyMetrics`.
 */
export function biDistillation(pair: string, legacy: boolean): Reference | null {
  return pair in notebooks ? { ...notebooks[pair], notes: [legacy ? asTheirs : otherwise] } : null
}

const differently =
  'rank with scores up to ten epochs old, train on one interaction too many per user and measure the last epoch, not the best by validation'
const asTheirs = `Hits are counted as theirs; they ${differently}.`
const otherwise = `Theirs count ranks 1 to N − 1 as hits at N and discount a hit at rank 1 to 0.63, ${differently}; --set protocol.name=bd --set protocol.bdLegacyMetrics=true counts hits as theirs.`

const notebooks: Readonly<Record<string, Omit<Reference, 'notes'>>> = {
  'mf:50 to mf:5': {
    source: 'the notebook of BD with MF, epoch 100',
    values: {
      teacher: row(0.1152, 0.1774, 0.2684, 0.0286, 0.0386, 0.0513),
      scratch: row(0.068, 0.1106, 0.1757, 0.0159, 0.0228, 0.0319),
      'bd (teacher)': row(0.1429, 0.2219, 0.3232, 0.0412, 0.054, 0.0681),
      bd: row(0.0849, 0.1257, 0.1997, 0.0223, 0.0289, 0.0392),
    },
  },
  'cdae:50 to cdae:5': {
    source: 'the notebook of BD with CDAE, epoch 1000',
    values: {
      teacher: row(0.1797, 0.2409, 0.3131, 0.0497, 0.0596, 0.0697),
      scratch: row(0.0805, 0.129, 0.1859, 0.0238, 0.0316, 0.0395),
      'bd (teacher)': row(0.1939, 0.2575, 0.3259, 0.0557, 0.0661, 0.0756),
      bd: row(0.101, 0.156, 0.2284, 0.03, 0.0389, 0.0489),
    },
  },
}

function row(...values: readonly number[]): Record<string, number> {
  const names = ['hr', 'ndcg'].flatMap((name) => [50, 100, 200].map((k) => `${name}@${k}`))
  return Object.fromEntries(names.map((name, n) => [name, values[n]]))
}
