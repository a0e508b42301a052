import { createRng } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { parseParams, type Backbone } from '@recdistill/plugin'
import { randomSplit } from '@recdistill/testkit'
import { expect, test } from 'vitest'
import cdae from './cdae.ts'

// More users than are encoded together.
const numUsers = 1100
const numItems = 12
const split = randomSplit({ users: numUsers, items: numItems, seed: 5, maxPerUser: 4 })
const everyone = Uint32Array.from({ length: numUsers }, (_, user) => user)
const everything = Uint32Array.from({ length: numItems }, (_, item) => item)

function withModel(use: (model: Backbone, flipped: Backbone) => void): void {
  const engine = createEngine({ threads: 1 })
  const optimizer = { lr: 1e-2, weightDecay: 0 }
  const context = { split, dim: 3, optimizer, rng: createRng(1), engine, trainable: true }
  const model = cdae.create(context, parseParams(cdae, {}))
  try {
    model.begin()
    use(model, model.flipped?.() as Backbone)
  } finally {
    model.dispose()
    engine.dispose()
  }
}

test('users beyond one block are scored and ranked for an item as items are for them', () => {
  withModel((model, flipped) => {
    const scores = model.scoresOf(
      everyone,
      Uint32Array.from({ length: numUsers * numItems }, (_, n) => n % numItems),
      numItems,
    )
    const users = Uint32Array.from({ length: numItems * numUsers }, (_, n) => n % numUsers)
    const back = flipped.scoresOf(everything, users, numUsers)
    const turned = back.map((_, n) => scores[(n % numUsers) * numItems + Math.floor(n / numUsers)])
    expect(back).toBeNear(turned, { rel: 1e-4 })
    const { scores: ranked } = flipped.rank(everything, numUsers, null)
    for (const item of everything) {
      const best = Math.max(...back.subarray(item * numUsers, (item + 1) * numUsers))
      expect(ranked[item * numUsers]).toBeCloseTo(best, 5)
    }
  })
})

test('gradients of users beyond one block reach the same parameters', () => {
  const grads = Float32Array.from({ length: 2 * numUsers }, (_, n) => Math.sin(n))
  const moved = (pull: (model: Backbone, flipped: Backbone) => void) => {
    let moments: Record<string, Float32Array> = {}
    withModel((model, flipped) => {
      pull(model, flipped)
      model.update()
      moments = Object.fromEntries(
        Object.entries(model.state().optimizer).map(([name, of]) => [name, of.slice()]),
      )
    })
    return moments
  }
  const there = moved((model) => {
    const items = Uint32Array.from({ length: 2 * numUsers }, (_, n) => (n % 2 === 0 ? 7 : 2))
    // of a user: item 7, then item 2
    const grad = Float32Array.from(items, (_, n) => grads[(n % 2) * numUsers + (n >> 1)])
    model.pullScores(everyone, items, 2, grad)
  })
  const here = moved((_, flipped) => {
    const users = Uint32Array.from({ length: 2 * numUsers }, (_, n) => n % numUsers)
    flipped.pullScores(Uint32Array.of(7, 2), users, numUsers, grads)
  })
  for (const [name, values] of Object.entries(there)) expect(here[name]).toBeNear(values, { rel: 1e-3 })
})

test('a ranking follows the parameters', () => {
  withModel((model, flipped) => {
    const before = flipped.rank(everything, 3, null).scores.slice()
    const parameters = Object.fromEntries(
      Object.entries(model.state().parameters).map(([name, values]) => [name, values.map((x) => 2 * x)]),
    )
    model.restore({ parameters })
    model.begin()
    expect(flipped.rank(everything, 3, null).scores).not.toEqual(before)
  })
})
