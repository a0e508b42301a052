import { quantile, type Estimate } from '@recdistill/compress'
import { createRng, type Split } from '@recdistill/core'
import { encodeBundle, load, type Precision } from '@recdistill/serve'
import { bundleParts, type Tables } from './deployed.ts'

const passes = 15
const mostUsers = 256
const mostMilliseconds = 1500

/**
 * Time to rank the catalogue for one user, in microseconds, by the runtime that serves the student (`@recdistill/serve`, one
 * thread, the fastest kernels of this machine): best 20, seen items left out, one user after the other.
 *
 * The median over passes of the mean over up to 256 users, after a pass to warm up; the interval holds the middle 95 % of the passes.
 */
export async function rankingLatency(tables: Tables, split: Split, precision: Precision): Promise<Estimate> {
  const some = fewUsers(tables, split)
  const recommender = await load(encodeBundle(bundleParts(some.tables, { split: some.split, precision })))
  const users = [...recommender.users]
  const k = Math.min(20, split.numItems)
  const times: number[] = []
  const begun = performance.now()
  for (let pass = 0; pass <= passes; pass++) {
    const start = performance.now()
    for (const user of users) recommender.recommend(user, { k })
    if (pass > 0) times.push(((performance.now() - start) * 1000) / users.length)
    if (pass >= 5 && performance.now() - begun > mostMilliseconds) break
  }
  times.sort((a, b) => a - b)
  return { value: quantile(times, 0.5), low: quantile(times, 0.025), high: quantile(times, 0.975) }
}

/** The same of a student of this shape that is not trained yet: its tables are random. */
export function latencyOfShape(columns: number, split: Split, precision: Precision): Promise<Estimate> {
  const rng = createRng(0).fork('latency')
  const table = (rows: number) => Float32Array.from({ length: rows * columns }, () => 0.1 * rng.normal())
  const users = Math.min(mostUsers, split.numUsers)
  const tables = { columns, users: table(users), items: table(split.numItems) }
  return rankingLatency(tables, fewUsers(tables, split).split, precision)
}

/** What one user costs does not depend on how many there are: a bundle of some is made sooner. */
function fewUsers(tables: Tables, split: Split): { readonly tables: Tables; readonly split: Split } {
  const numUsers = Math.min(mostUsers, split.numUsers)
  const { offsets, items } = split.train
  return {
    tables: { ...tables, users: tables.users.subarray(0, numUsers * tables.columns) },
    split: {
      ...split,
      numUsers,
      ids: split.ids && { ...split.ids, users: split.ids.users.slice(0, numUsers) },
      train: { offsets: offsets.subarray(0, numUsers + 1), items: items.subarray(0, offsets[numUsers]) },
    },
  }
}
