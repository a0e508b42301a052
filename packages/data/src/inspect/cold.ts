import type { Csr, Split } from '@recdistill/core'
import { count, fact, percent, type Finding } from './finding.ts'

/**
 * What no collaborative model can rank: held-out items that nobody has in training.
 *
 *     best recall@K = mean over users with test items of min(K, reachable items) / items
 *
 * where an item is reachable when any user has it in training.
 */
export function coldFindings(split: Split, ks: readonly number[]): Finding[] {
  const warm = new Uint8Array(split.numItems)
  for (const item of split.train.items) warm[item] = 1
  const findings: Finding[] = []
  for (const part of ['valid', 'test'] as const) {
    const { items } = split[part]
    if (items.length === 0) continue
    const cold = items.reduce((sum, item) => sum + (warm[item] === 0 ? 1 : 0), 0)
    const share = cold / items.length
    if (cold === 0)
      findings.push(fact(`cold-${part}`, `no ${part} interaction is on a cold item`, { cold, share }))
    else
      findings.push({
        id: `cold-${part}`,
        level: share > 0.2 ? 'warning' : 'note',
        title: `${percent(share)} of ${part} interactions (${count(cold)}) are on items nobody has in training`,
        means:
          'no collaborative model can rank such items; scores of all models are low for a reason that is not theirs',
        todo:
          share > 0.2
            ? 'compare only with numbers of this very split; for new claims use a random split or one in real order of time'
            : 'report cold items apart (protocol strict) or keep them and say so',
        values: { cold, share },
      })
  }
  const best = reachable(split.test, warm, ks)
  if (best.users === 0) return findings
  const values: Record<string, number> = {}
  for (const [n, k] of ks.entries()) values[`recall@${k}`] = best.recall[n]
  const text = ks.map((k, n) => `Recall@${k} ${best.recall[n].toFixed(3)}`).join(', ')
  const limited = best.recall[best.recall.length - 1] < 0.8
  findings.push(
    limited
      ? {
          id: 'best-reachable',
          level: 'warning',
          title: `the best reachable test score is ${text}`,
          means:
            'even an oracle that knows the test items can not do better, so read every score against this one',
          todo: 'give this bound beside the scores; do not compare with scores of another split',
          values,
        }
      : fact('best-reachable', `the best reachable test score is ${text}`, values),
  )
  if (best.unreachable > 0)
    findings.push({
      id: 'users-unreachable',
      level: best.unreachable / best.users > 0.1 ? 'warning' : 'note',
      title: `${count(best.unreachable)} of ${count(best.users)} users with test items (${percent(best.unreachable / best.users)}) have only cold ones`,
      means: 'they score 0 with every model and thin out every difference between models',
      todo: 'report them apart, or use a split that leaves their items in training',
      values: { users: best.unreachable, share: best.unreachable / best.users },
    })
  return findings
}

function reachable(test: Csr, warm: Uint8Array, ks: readonly number[]) {
  const recall = ks.map(() => 0)
  let users = 0
  let unreachable = 0
  for (let u = 0; u + 1 < test.offsets.length; u++) {
    const size = test.offsets[u + 1] - test.offsets[u]
    if (size === 0) continue
    users++
    let warmItems = 0
    for (let n = test.offsets[u]; n < test.offsets[u + 1]; n++) warmItems += warm[test.items[n]]
    if (warmItems === 0) unreachable++
    for (const [n, k] of ks.entries()) recall[n] += Math.min(k, warmItems) / size
  }
  return { users, unreachable, recall: recall.map((sum) => sum / Math.max(1, users)) }
}
