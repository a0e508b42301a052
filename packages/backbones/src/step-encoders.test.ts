import { createRng } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import type { Backbone, BackboneDefinition, FusedLoss } from '@recdistill/plugin'
import { prepareTensors } from '@recdistill/tensor'
import { randomSplit } from '@recdistill/testkit'
import { beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import cdae from './cdae.ts'
import hstu from './hstu.ts'
import { someOfRows } from './rows-of-users.ts'
import sasrec from './sasrec.ts'

beforeAll(() => prepareTensors())

const engine = createEngine({ threads: 1 })
const split = randomSplit({ users: 8, items: 30, seed: 2 })
const users = Uint32Array.of(1, 3, 6)
const list = Uint32Array.of(0, 5, 9, 2, 7, 11, 4, 20, 8) // users x 3
const another = Uint32Array.of(1, 6, 10, 3, 8, 12, 5, 21, 9)
const step = createRng(7).fork('step')

const create = <P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  params: Record<string, unknown> = {},
) =>
  definition.create(
    { split, dim: 4, optimizer: { lr: 0.01, weightDecay: 0 }, rng: createRng(4), engine, trainable: true },
    definition.params.parse(params),
  )

const scoresOf = (model: Backbone, items = list) => {
  const tensor = model.scores(users, items, 3)
  const scores = [...tensor.dataSync()]
  tensor.dispose()
  return scores
}

const scoresIn = (model: Backbone, rng?: ReturnType<typeof createRng>, items = list) => {
  model.begin(rng)
  return scoresOf(model, items)
}

const crossEntropy: FusedLoss = { kind: 'softCrossEntropy', list: 'a', temperature: 1 }
const input = () => ({
  users,
  weights: Float32Array.of(1, 1, 1),
  lists: { a: { items: list, k: 3, teacher: Float32Array.from(list, (item) => item / 30) } },
  values: {},
})

describe.each([cdae, hstu, sasrec] as BackboneDefinition[])('$name', (definition) => {
  test('encodes users with dropout in a step, without it otherwise', () => {
    const model = create(definition, { termDropout: 'batch' })
    const plain = scoresIn(model)
    const dropped = scoresIn(model, step)
    expect(dropped).not.toEqual(plain)
    expect(scoresIn(model, createRng(8).fork('step'))).not.toEqual(dropped)
    expect(scoresIn(model)).toEqual(plain)
  })

  test('of one batch all lists are scored by one encoding, unless each is to have its own', () => {
    for (const [termDropout, same] of [
      ['batch', true],
      ['list', false],
    ] as const) {
      // prettier-ignore
      const model = create(definition, { termDropout })
      const shifted = scoresIn(model, step, another)
      const both = Uint32Array.from({ length: 18 }, (_, n) => {
        const [row, place] = [Math.floor(n / 6), n % 6]
        return place < 3 ? list[row * 3 + place] : another[row * 3 + place - 3]
      })
      model.begin(step)
      const tensor = model.scores(users, both, 6)
      const together = [...tensor.dataSync()].filter((_, n) => n % 6 >= 3)
      tensor.dispose()
      if (same) expect(together).toEqual(shifted)
      else expect(together).not.toEqual(shifted)
      expect(scoresOf(model, another.slice())).toEqual(shifted) // the same list again
    }
  })

  test('with masks of each list’s own a built-in loss goes by the tape', () => {
    const apart = create(definition, { termDropout: 'list' })
    apart.begin(step)
    expect(apart.fused?.(crossEntropy, input(), 1)).toBeNull()
    apart.begin()
    expect(apart.fused?.(crossEntropy, input(), 1)).toBeGreaterThan(0)
  })

  test('sees no dropout unless it is asked for', () => {
    const model = create(definition)
    expect(scoresIn(model, step)).toEqual(scoresIn(model))
    const nothing = create(definition, {
      termDropout: 'batch',
      dropout: 0,
      ...(definition === hstu ? { inputDropout: 0 } : {}),
    })
    expect(scoresIn(nothing, step)).toEqual(scoresIn(nothing))
  })

  test('the other way round is encoded alike', () => {
    const model = create(definition, { termDropout: 'batch' })
    const flipped = model.flipped?.() as Backbone
    model.begin(step)
    const [item] = list
    const whole = scoresOf(model)
    const tensor = flipped.scores(Uint32Array.of(item), users.subarray(0, 1), 1)
    expect(tensor.dataSync()[0]).toBeCloseTo(whole[0], 5)
    tensor.dispose()
    const asked = flipped.scoresOf(Uint32Array.of(item), users.subarray(0, 1), 1)[0]
    expect(asked).toBeCloseTo(model.scoresOf(users, list, 3)[0], 5)
  })
})

test('cdae leaves out of a term what its own objective leaves out', () => {
  const model = create(cdae as BackboneDefinition, { termDropout: 'batch' })
  const { input: rows, 'input bias': bias, users: own } = model.state().parameters
  model.begin(step)
  const vectors = model.rowsOf('users', users)
  const { offsets, items } = someOfRows(split.train, users, 0.5, step.fork('dropout'))
  users.forEach((user, n) => {
    const hidden = [0, 1, 2, 3].map((d) => {
      let sum = own[user * 4 + d] + bias[d]
      for (const item of items.subarray(offsets[n], offsets[n + 1])) sum += 2 * rows[item * 4 + d]
      return 1 / (1 + Math.exp(-sum))
    })
    expect(vectors.slice(n * 5, n * 5 + 5)).toBeNear([...hidden, 1], { rel: 1e-5 })
  })
})
