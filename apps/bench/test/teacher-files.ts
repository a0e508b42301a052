import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '@recdistill/core'
import { tensor, writeNpy, writeParquet, writeSafetensors } from '@recdistill/formats'
import { loadBest } from '@recdistill/trainer'
import { expect } from 'vitest'
import { freshFolder, resultOf, run } from './run.ts'

/** Arguments of a run of two epochs on the smallest data. */
export const quick = ['--preset', 'tiny', '--epochs', '2', '--no-cache', '--threads', '1']

/** Runs in a folder of their own, and files beside them. */
export function quickRuns() {
  const at = freshFolder()
  const file = (name: string) => join(at, name)
  let runs = 0
  return {
    file,
    async bench(...argv: readonly string[]): Promise<{ result: RunResult; stderr: string; folder: string }> {
      const folder = file(`run-${runs++}`)
      const { code, stderr } = await run(['bench', ...quick, ...argv, '--out', folder])
      expect(code, stderr).toBe(0)
      return { result: resultOf(folder), stderr, folder }
    },
    /** What is said in one line. */
    async refused(...argv: readonly string[]): Promise<string> {
      const { code, stderr, stdout } = await run(['bench', ...quick, ...argv, '--out', file('refused')])
      expect([code, stdout], stderr).toEqual([2, ''])
      expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1)
      return stderr
    },
  }
}

/** A teacher trained here stands for one trained elsewhere: its vectors are written as other tools write them. */
export async function teacherFiles({ file, bench }: ReturnType<typeof quickRuns>) {
  const dim = 16
  const { folder } = await bench('--methods', 'none', '--epochs', '4')
  const { users, items } = loadBest(join(folder, 'teacher', 'best.ckpt')).parameters
  const [numUsers, numItems] = [users.length / dim, items.length / dim]
  const tables = { users: tensor(users, [numUsers, dim]), items: tensor(items, [numItems, dim]) }
  writeNpy(file('users.npy'), tables.users)
  writeNpy(file('items.npy'), tables.items)
  writeSafetensors(file('model.safetensors'), {
    'user_embedding.weight': tables.users,
    'item_embedding.weight': tables.items,
    'predictor.weight': tensor(new Float32Array(dim), [1, dim]),
  })
  const scores = new Float32Array(numUsers * numItems)
  for (let u = 0; u < numUsers; u++)
    for (let i = 0; i < numItems; i++)
      for (let d = 0; d < dim; d++) scores[u * numItems + i] += users[u * dim + d] * items[i * dim + d]
  writeNpy(file('scores.npy'), tensor(scores, [numUsers, numItems]))
  const rows = Array.from({ length: numUsers }, (_, u) => {
    const row = scores.subarray(u * numItems, (u + 1) * numItems)
    return [...row.keys()]
      .sort((a, b) => row[b] - row[a])
      .slice(0, 80)
      .map((i) => [u, i, row[i]] as const)
  }).flat()
  writeFileSync(file('lists.csv'), 'user,item,score\n' + rows.map((row) => row.join(',')).join('\n') + '\n')
  await writeParquet(file('lists.parquet'), {
    user: rows.map(([u]) => String(u)),
    item: rows.map(([, i]) => String(i)),
    score: Float32Array.from(rows, ([, , score]) => score),
  })
  return { folder, dim, users, items, numUsers, numItems }
}

export const numbered = (count: number) => Array.from({ length: count }, (_, id) => String(id))
