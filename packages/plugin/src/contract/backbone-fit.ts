import { InputError } from '@recdistill/core'
import assert from 'node:assert/strict'
import type { z } from 'zod'
import type { Backbone, BackboneDefinition } from '../backbone.ts'
import { at, copyOf, parametersOf, type BackboneContract, type BackboneScene } from './backbone-scene.ts'
import { expectRefusedStates } from './backbone-training.ts'
import { expectTensorOfScores } from './backbone-views.ts'
import type { Check } from './check.ts'
import { sceneCheck } from './scene-check.ts'

const users = Uint32Array.of(0, 1, 4, 6)
const items = Uint32Array.of(1, 7, 4, 0, 3, 11, 2, 4) // users x 2

/** Whether a model that is trained at once is what its checkpoint says, and refuses to take steps. */
export function backboneFit<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  contract: BackboneContract,
): Check[] {
  const check = sceneCheck(definition, contract)
  return [
    check('fitting the same seed gives the same model, however often', ({ make }) => {
      const first = parametersOf(fitted(make))
      const other = fitted(make)
      other.fit?.()
      assert.deepEqual(parametersOf(other), first)
    }),
    check('a fitted model comes back from its parameters, frozen', ({ make, end }) => {
      const model = fitted(make)
      const { parameters, optimizer } = model.state()
      assert.deepEqual(Object.keys(optimizer), [])
      const saved = copyOf(parameters)
      const [scores, ranked] = [model.scoresOf(users, items, 2).slice(), model.rank(users, 5, null)]
      const expected = { items: [...ranked.items], scores: [...ranked.scores] }
      end(model)
      const frozen = make({ trainable: false })
      at(frozen, saved, () => {
        assert.deepEqual(frozen.scoresOf(users, items, 2), scores)
        const { items: found, scores: by } = frozen.rank(users, 5, null)
        assert.deepEqual({ items: [...found], scores: [...by] }, expected)
      })
      assert.throws(() => frozen.fit?.(), InputError, 'a frozen model is not fitted')
    }),
    check('has no gradients, and says so', ({ make }) => {
      const model = fitted(make)
      const none = new Uint32Array(0)
      const batch = { users: none, positives: none, negatives: none, negativesPerRow: 1 }
      for (const act of [
        () => model.base({ ...batch, rng: undefined as never }),
        () => model.pullScores(users, items, 2, new Float32Array(items.length)),
        () => model.pullRows('users', none, new Float32Array(0)),
        () => model.update(),
      ])
        assert.throws(act, InputError)
      assert.equal(model.fused, undefined)
    }),
    check('scores are a tensor of the same numbers, and no other tensor is left', ({ make }) =>
      expectTensorOfScores(fitted(make), users, items),
    ),
    check('restoring what does not fit is refused in words', ({ make }) => expectRefusedStates(fitted(make))),
    check('models come and go on one engine without disturbing each other', ({ make, end }) => {
      const kept = fitted(make)
      const parameters = parametersOf(kept)
      const scores = kept.scoresOf(users, items, 2).slice()
      for (let n = 0; n < 3; n++) end(fitted(make))
      assert.deepEqual(parametersOf(kept), parameters)
      assert.deepEqual(kept.scoresOf(users, items, 2), scores)
    }),
  ]
}

function fitted(make: BackboneScene['make']): Backbone {
  const model = make()
  assert.ok(model.fit, "a definition that trains 'once' makes models with fit")
  model.fit()
  model.begin()
  return model
}
