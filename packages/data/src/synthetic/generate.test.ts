import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rowOf, type Split } from '@recdistill/core'
import { inspectInteractions } from '../inspect/inspect-interactions.ts'
import { prepareSplit } from '../prepare-split.ts'
import { splitInteractions } from '../split/split-interactions.ts'
import { generateInteractions, itemTastes } from './generate.ts'
import { syntheticPresets } from './presets.ts'

test('the same options give the same bytes, another seed others', () => {
  const world = generateInteractions(syntheticPresets.tiny)
  expect(generateInteractions(syntheticPresets.tiny)).toEqual(world)
  expect(generateInteractions({ ...syntheticPresets.tiny, seed: 1 }).items).not.toEqual(world.items)
})

test('presets have the size they name, no pair twice, and time in order for every user', () => {
  for (const preset of ['tiny', 'quick', 'small', 'medium'] as const) {
    const options = syntheticPresets[preset]
    const { numUsers, numItems, users, items, times } = generateInteractions(options)
    expect([numUsers, numItems]).toEqual([options.users, options.items])
    expect(Math.abs(users.length / options.interactions - 1)).toBeLessThan(0.15)
    let disorder = 0
    for (let n = 1; n < users.length; n++)
      if (users[n] === users[n - 1] && times![n] < times![n - 1]) disorder++
    expect(disorder).toBe(0)
    expect(items.every((item) => item < numItems)).toBe(true)
    if (preset !== 'medium') {
      const findings = inspectInteractions({ numUsers, numItems, users, items, times: times! })
      expect(findings.filter(({ level }) => level === 'problem' || level === 'warning')).toEqual([])
    }
  }
})

test('users of a prepared split stay with items of two coarse tastes', async () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'recdistill-data-'))
  const split = await prepareSplit({ dataset: 'synthetic:quick' }, { cacheDir })
  const options = syntheticPresets.quick
  const { groups, subgroups } = itemTastes(options)
  expect([groups.length, subgroups.length]).toEqual([split.numItems, split.numItems])
  expect(Math.max(...groups) + 1).toBe(options.groups)
  expect(Math.max(...subgroups) + 1).toBe(options.subgroups)
  let within = 0
  for (let user = 0; user < split.numUsers; user++) {
    const counts = new Uint32Array(options.groups)
    for (const item of rowOf(split.train, user)) counts[groups[item]]++
    const [first, second] = counts.sort().reverse()
    within += first + second
  }
  expect(within / split.train.items.length).toBeGreaterThan(0.85)
})

test('popularity has a long tail', () => {
  const { numItems, items } = generateInteractions(syntheticPresets.small)
  const counts = new Uint32Array(numItems)
  for (const item of items) counts[item]++
  counts.sort().reverse()
  const head = counts.subarray(0, numItems / 10).reduce((sum, n) => sum + n, 0) / items.length
  expect(head).toBeGreaterThan(0.3)
  expect(counts[0]).toBeGreaterThan(20 * counts[numItems / 2])
})

test('there is something to learn from others: neighbours beat popularity by far', () => {
  const split = splitInteractions(generateInteractions(syntheticPresets.quick), {
    rule: 'ratio',
    ratios: [0.8, 0.1, 0.1],
    order: 'random',
  })
  const popularity = new Float64Array(split.numItems)
  for (const item of split.train.items) popularity[item]++
  const popular = recallAt10(split, (_, scores) => scores.set(popularity))
  const neighbours = recallAt10(split, itemNeighbours(split, popularity))
  expect(popular).toBeLessThan(0.06)
  expect(neighbours).toBeGreaterThan(4 * popular)
})

/** score(u, i) = sum over items j of u of |users of both| / sqrt(|users of i| |users of j|) */
function itemNeighbours({ train, numUsers, numItems }: Split, popularity: Float64Array) {
  const usersOf: number[][] = Array.from({ length: numItems }, () => [])
  for (let u = 0; u < numUsers; u++) for (const item of rowOf(train, u)) usersOf[item].push(u)
  return (user: number, scores: Float64Array) => {
    scores.fill(0)
    for (const own of rowOf(train, user))
      for (const other of usersOf[own])
        for (const item of rowOf(train, other))
          scores[item] += 1 / Math.sqrt(popularity[own] * popularity[item])
  }
}

/** Over every tenth user with test items. */
function recallAt10(split: Split, fill: (user: number, scores: Float64Array) => void): number {
  const scores = new Float64Array(split.numItems)
  let sum = 0
  let users = 0
  for (let u = 0; u < split.numUsers; u += 10) {
    const truth = rowOf(split.test, u)
    if (truth.length === 0) continue
    fill(u, scores)
    for (const item of rowOf(split.train, u)) scores[item] = -1
    const tenth = scores.slice().sort().at(-10)!
    sum += truth.reduce((hits, item) => hits + (scores[item] >= tenth ? 1 : 0), 0) / truth.length
    users++
  }
  return sum / users
}
