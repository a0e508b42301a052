import { createHash } from 'node:crypto'
import { groupByUser, sortRows, type Csr, type Split } from '@recdistill/core'

type Rows = readonly (readonly number[])[]

/** A split from rows of items written down by hand; `train` keeps its order in `trainSequence`. */
export function splitOf(
  numItems: number,
  { train, valid, test, name = 'by hand' }: { train: Rows; valid?: Rows; test: Rows; name?: string },
): Split {
  const numUsers = train.length
  const trainSequence = csrOf(train)
  const empty = train.map(() => [])
  const parts = {
    train: sortRows(trainSequence),
    valid: sortRows(csrOf(valid ?? empty)),
    test: sortRows(csrOf(test)),
  }
  const counts = {
    users: numUsers,
    items: numItems,
    train: parts.train.items.length,
    valid: parts.valid.items.length,
    test: parts.test.items.length,
  }
  const hash = createHash('sha256').update(JSON.stringify(counts))
  for (const { offsets, items } of Object.values(parts)) hash.update(offsets).update(items)
  return {
    numUsers,
    numItems,
    ...parts,
    trainSequence,
    ids: null,
    manifest: {
      dataset: `testkit: ${name}`,
      sources: [],
      filters: [],
      rule: { rule: name },
      seed: null,
      counts,
      hash: hash.digest('hex'),
    },
  }
}

function csrOf(rows: Rows): Csr {
  const users = rows.flatMap((row, u) => row.map(() => u))
  return groupByUser(rows.length, Uint32Array.from(users), Uint32Array.from(rows.flat()))
}
