import { hasItem, type Csr, type Split, type SplitManifest } from '@recdistill/core'
import type { SplitFacts } from '../split/split-interactions.ts'
import { coldFindings } from './cold.ts'
import { count, day, fact, percent, type Finding } from './finding.ts'
import { sequenceFindings } from './sequence.ts'
import { shapeFindings } from './shape.ts'

/** The data doctor after a split: shape, what can be reached at all, and the traps of the field, each with what to do. */
export function inspectSplit(
  split: Split & { readonly facts?: SplitFacts },
  { ks = [10, 20] }: { ks?: readonly number[] } = {},
): Finding[] {
  const { numUsers, numItems, train, valid, test, trainSequence, facts } = split
  const perUser = new Uint32Array(numUsers)
  const perItem = new Uint32Array(numItems)
  for (const part of [train, valid, test])
    for (let u = 0; u < numUsers; u++) {
      perUser[u] += part.offsets[u + 1] - part.offsets[u]
      for (let n = part.offsets[u]; n < part.offsets[u + 1]; n++) perItem[part.items[n]]++
    }
  const sizes = { train: train.items.length, valid: valid.items.length, test: test.items.length }
  const order = split.manifest.rule['order'] ?? split.manifest.rule['pick']
  const cutInFileOrder = order === 'file' || (order === 'last' && !facts?.time)
  return [
    ...shapeFindings(perUser, perItem, 'interactions'),
    fact(
      'parts',
      `train ${count(sizes.train)}, valid ${count(sizes.valid)}, test ${count(sizes.test)}`,
      sizes,
    ),
    ...columnFindings(facts),
    ...filterFindings(split.manifest.filters, facts),
    ...emptyFindings(split),
    ...coldFindings(split, ks),
    ...overlapFindings(split),
    ...sequenceFindings(trainSequence, cutInFileOrder ? [valid, test] : null),
    ...timeFindings(split.facts, numUsers),
  ]
}

function columnFindings(facts: SplitFacts | undefined): Finding[] {
  const words = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ')
  return (facts?.columns ?? []).map(({ user, item, rating, time, others }) => {
    const said = [
      `user is the column "${user}"`,
      `item "${item}"`,
      ...(rating === null ? [] : [`rating "${rating}"`]),
      ...(time === null ? [] : [`time "${time}"`]),
    ]
    return fact('columns', `${said.join(', ')}${others.length === 0 ? '' : `; not read: ${words(others)}`}`, {
      notRead: others.length,
    })
  })
}

function filterFindings(filters: SplitManifest['filters'], facts: SplitFacts | undefined): Finding[] {
  if (!facts || facts.steps.length < 2) return []
  const [first, last] = [facts.steps[0], facts.steps[facts.steps.length - 1]]
  const names = filters.map(({ filter }) => String(filter))
  const kept = last.interactions / first.interactions
  return [
    fact(
      'filters',
      `the filters (${names.join(', ')}) kept ${percent(kept)} of ${count(first.interactions)} interactions, ${count(last.users)} of ${count(first.users)} users, ${count(last.items)} of ${count(first.items)} items`,
      { kept, interactionsRead: first.interactions, usersRead: first.users, itemsRead: first.items },
    ),
  ]
}

function emptyFindings({ numUsers, train, valid, test, manifest: { rule } }: Split): Finding[] {
  const findings: Finding[] = []
  if (valid.items.length === 0)
    findings.push({
      id: 'no-valid',
      level: 'warning',
      title: 'there is no validation part',
      means: 'nothing but the test part could stop training or choose parameters, which would spoil the test',
      todo:
        rule.rule === 'ratio'
          ? 'users have too few for a share: hold back one of each user (the rule loo), or keep users with more (k-core 10)'
          : rule.rule === 'time'
            ? 'move the moments to where there are interactions between them'
            : 'take a share of the training items: the rule files:0.1, or a split with -valid in its name',
      values: {},
    })
  if (test.items.length === 0)
    findings.push({
      id: 'no-test',
      level: 'problem',
      title: 'there is no test part',
      means: 'nothing can be measured',
      todo:
        rule.rule === 'time'
          ? 'move the moments to where there are interactions after the second'
          : 'choose a rule with a test part',
      values: {},
    })
  const usersWithout = (
    part: Csr,
    kind: string,
    { id, level, means, todo }: Pick<Finding, 'id' | 'level' | 'means' | 'todo'>,
  ) => {
    let users = 0
    for (let u = 0; u < numUsers; u++) if (part.offsets[u] === part.offsets[u + 1]) users++
    const share = users / numUsers
    const title = `${count(users)} users (${percent(share)}) have no ${kind} item`
    if (users > 0) findings.push({ id, level, title, means, todo, values: { users, share } })
  }
  if (test.items.length > 0)
    usersWithout(test, 'test', {
      id: 'users-without-test',
      level: 'note',
      means: 'averages over all users are lower by that share than averages over users with test items',
      todo: 'say which average is meant: protocols name it (users: all or with-truth)',
    })
  if (valid.items.length > 0)
    usersWithout(valid, 'validation', {
      id: 'users-without-valid',
      level: 'note',
      means: 'they have no say in when training stops',
      todo: 'nothing, unless there are many: then ask for more interactions per user (k-core)',
    })
  usersWithout(train, 'training', {
    id: 'users-without-train',
    level: 'warning',
    means: 'no model of users can know them; they get arbitrary rankings and pull the averages down',
    todo: 'leave them out (k-core for users), or split per user instead of by time',
  })
  return findings
}

function overlapFindings({ numUsers, train, valid, test }: Split): Finding[] {
  let repeated = 0
  for (const part of [valid, test])
    for (let u = 0; u < numUsers; u++)
      for (let n = part.offsets[u]; n < part.offsets[u + 1]; n++)
        if (hasItem(train, u, part.items[n])) repeated++
  if (repeated === 0) return []
  return [
    {
      id: 'overlap',
      level: 'problem',
      title: `${count(repeated)} held-out pairs also stand in the training part`,
      means: 'where training items are masked they can never be hit, where they are not they are free hits',
      todo: 'correct the files, or give them as one and split anew',
      values: { repeated },
    },
  ]
}

function timeFindings(facts: SplitFacts | undefined, numUsers: number): Finding[] {
  const time = facts?.time
  if (!time) return []
  const findings = [
    fact('time', `times from ${day(time.first)} to ${day(time.last)}`, {
      first: time.first,
      last: time.last,
    }),
  ]
  if (time.usersAhead > 0)
    findings.push({
      id: 'future-leakage-users',
      level: 'warning',
      title: `${count(time.usersAhead)} users (${percent(time.usersAhead / numUsers)}) have a test interaction older than one they are trained on`,
      means: 'the model learns from these users’ future, which no deployed model can',
      todo: 'split in order of time (ratio:0.8,0.1,0.1:time, loo:last or time:0.8,0.9)',
      values: { users: time.usersAhead, share: time.usersAhead / numUsers },
    })
  if (time.testBeforeTrain > 0)
    findings.push({
      id: 'future-leakage-global',
      level: 'note',
      title: `${percent(time.testBeforeTrain)} of test interactions are older than the newest training interaction; ${percent(time.trainAfterTest)} of training is newer than the oldest test interaction`,
      means: 'the model has seen what became popular after the moment it is tested on',
      todo: 'for claims about deployment split at one moment for everyone (time:0.8,0.9)',
      values: { testBeforeTrain: time.testBeforeTrain, trainAfterTest: time.trainAfterTest },
    })
  return findings
}
