import { join } from 'node:path'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll, expect, test } from 'vitest'
import { loadModel, train } from '../src/index.ts'
import { copying, engine, folder, mf, optionsFor, run } from './training-scene.ts'

beforeAll(() => prepareTensors())

test('views are asked for only after `begin`, whenever parameters have changed', () => {
  /** Matrix factorisation that insists on it, as a model whose rows are propagated must. */
  const strict = {
    ...mf,
    create(...given: Parameters<typeof mf.create>) {
      const model = mf.create(...given)
      let stale = true
      const guarded =
        (view: string, f: (...args: never[]) => unknown) =>
        (...args: never[]) => {
          if (stale) throw new Error(`${view} before begin`)
          return f(...args)
        }
      const changing =
        (f: (...args: never[]) => unknown) =>
        (...args: never[]) => {
          stale = true
          return f(...args)
        }
      const views = ['base', 'scores', 'scoresOf', 'positionsOf', 'rowsOf', 'rank', 'pullScores'] as const
      return {
        ...model,
        ...Object.fromEntries(views.map((view) => [view, guarded(view, model[view])])),
        update: changing(model.update),
        restore: changing(model.restore),
        begin: () => (stale = false),
      } as unknown as typeof model
    },
  }
  const backbone = { definition: strict, dim: 6, params: { init: 0.1, biases: false } }
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const options = optionsFor(undefined, { backbone, checkpoint })
  expect(() => run(options).model.rank(Uint32Array.of(0), 5, null)).not.toThrow()
  const teacher = loadModel({
    checkpoint: join(checkpoint.folder, 'best.ckpt'),
    split: options.split,
    engine,
    definitions: [strict],
  })
  const method = { definition: copying, params: { K: 5 }, lambda: 0.1, teacher }
  expect(() => run(optionsFor(undefined, { backbone, method }))).not.toThrow()
})

test('a caller who leaves the loop early gets the tables back', () => {
  let disposed = 0
  const definition = {
    ...mf,
    create(...given: Parameters<typeof mf.create>) {
      const model = mf.create(...given)
      return { ...model, dispose: () => (disposed++, model.dispose()) }
    },
  }
  const backbone = { definition, dim: 6, params: { init: 0.1, biases: false } }
  for (const event of train(optionsFor(undefined, { backbone }))) if (event.type === 'epoch') break
  expect(disposed).toBe(1)
  run(optionsFor(undefined, { backbone })).model.dispose()
  expect(disposed).toBe(2)
})
