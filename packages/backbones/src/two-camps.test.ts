import { createRng, rowOf, type Split } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import type { Backbone, BackboneDefinition } from '@recdistill/plugin'
import { prepareTensors } from '@recdistill/tensor'
import { twoCamps } from '@recdistill/testkit'
import { beforeAll, expect, test } from 'vitest'
import { backbones } from './index.ts'

beforeAll(() => prepareTensors())

const engine = createEngine({ threads: 1 })
const split = twoCamps()

/** Popularity knows no camps. */
const personal = backbones.filter(({ name }) => name !== 'popularity')

test.each(personal.map((definition) => [definition.name, definition] as const))(
  '%s ranks what was hidden first',
  (_, definition) => {
    const model = trained(definition)
    for (let user = 0; user < split.numUsers; user++) {
      const hidden = rowOf(split.test, user)
      const { items } = model.rank(Uint32Array.of(user), hidden.length, split.train)
      expect([...items].sort(), `user ${user}`).toEqual([...hidden].sort())
    }
    model.dispose()
  },
)

function trained(definition: BackboneDefinition): Backbone {
  const context = {
    split,
    dim: 8,
    optimizer: { lr: 0.02, weightDecay: 1e-4 },
    rng: createRng(3),
    engine,
    trainable: true,
  }
  const model = definition.create(context, definition.params.parse({}))
  model.fit?.()
  for (let step = 0; step < (model.fit ? 0 : 300); step++) {
    model.begin()
    model.base(definition.batches === 'users' ? everyone(split, step) : pairs(split, step))
    model.update()
  }
  model.begin()
  return model
}

function everyone({ numUsers }: Split, step: number) {
  const none = new Uint32Array(0)
  const users = Uint32Array.from({ length: numUsers }, (_, user) => user)
  return { users, positives: none, negatives: none, negativesPerRow: 0, rng: createRng(step) }
}

function pairs({ train, numUsers, numItems }: Split, step: number) {
  const rng = createRng(step)
  const rows = Array.from({ length: numUsers }, (_, user) => [...rowOf(train, user)].map(() => user))
  const users = Uint32Array.from(rows.flat())
  const negatives = users.map((user) => {
    let item = rng.int(numItems)
    while (rowOf(train, user).includes(item)) item = rng.int(numItems)
    return item
  })
  return { users, positives: train.items, negatives, negativesPerRow: 1, rng }
}
