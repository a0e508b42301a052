import { count, fact, percent, type Finding } from './finding.ts'

/** Facts of a set of interactions that need only its counts per user and per item. */
export function shapeFindings(perUser: Uint32Array, perItem: Uint32Array, of: string): Finding[] {
  const users = perUser.length
  const items = perItem.length
  const total = perUser.reduce((sum, n) => sum + n, 0)
  const lengths = perUser.slice().sort()
  const popular = perItem.slice().sort().reverse()
  const head = (share: number) => {
    const size = Math.max(1, Math.round(share * items))
    return popular.subarray(0, size).reduce((sum, n) => sum + n, 0) / Math.max(1, total)
  }
  const rare = popular.reduce((sum, n) => sum + (n < 5 ? 1 : 0), 0)
  const middle = lengths[Math.floor(users / 2)]
  const findings = [
    fact('counts', `${count(users)} users, ${count(items)} items, ${count(total)} ${of}`, {
      users,
      items,
      interactions: total,
    }),
    fact('density', `density ${(100 * (total / (users * items))).toFixed(4)} %`, {
      density: total / (users * items),
    }),
    fact(
      'per-user',
      `${(total / users).toFixed(1)} a user on average, half have ${middle} or fewer; fewest ${lengths[0]}, most ${lengths[users - 1]}`,
      { mean: total / users, median: middle, min: lengths[0], max: lengths[users - 1] },
    ),
    fact('head', `the top 1 % of items hold ${percent(head(0.01))}, the top 10 % ${percent(head(0.1))}`, {
      top1: head(0.01),
      top10: head(0.1),
    }),
    fact('tail', `${percent(rare / items)} of items have fewer than 5`, { itemsBelow5: rare / items }),
    fact('gini', `Gini coefficient of item popularity ${gini(popular).toFixed(3)}`, { gini: gini(popular) }),
  ]
  const usual = lengths[Math.floor(0.99 * (users - 1))]
  const heavy = lengths.filter((n) => n > 20 * usual)
  if (heavy.length > 0) {
    const held = heavy.reduce((sum, n) => sum + n, 0) / total
    findings.push({
      id: 'heavy-users',
      level: 'note',
      title: `${count(heavy.length)} of ${count(users)} users have more than ${count(20 * usual)} each, twenty times what 99 % of users have at most, and ${percent(held)} of all`,
      means:
        'such users are programs more often than people (crawlers, monitors, shared accounts), and models learn their taste',
      todo: `where they are, leave them out with --max-per-user ${20 * usual} (maxPerUser in a file)`,
      values: { users: heavy.length, above: 20 * usual, share: held },
    })
  }
  if (users === 1 || items === 1)
    findings.push({
      id: 'one',
      level: 'problem',
      title: users === 1 ? 'there is only one user' : 'there is only one item',
      means: 'nothing can be learnt from others',
      todo: 'check which columns were read as user and item, and the filters',
      values: { users, items },
    })
  return findings
}

/** 0 when all are equally popular, near 1 when one has everything. `popular` is descending. */
function gini(popular: Uint32Array): number {
  const n = popular.length
  const total = popular.reduce((sum, x) => sum + x, 0)
  if (total === 0) return 0
  let weighted = 0
  for (let i = 0; i < n; i++) weighted += (n - i) * popular[i]
  return (2 * weighted) / (n * total) - (n + 1) / n
}
