import { join } from 'node:path'
import { backbones } from '@recdistill/backbones'
import type { Split } from '@recdistill/core'
import { randomSplit } from '@recdistill/testkit'
import { expect, test } from 'vitest'
import { engine, folder, optionsFor, run } from '../test/training-scene.ts'
import { loadModel } from './load-model.ts'

test('a teacher comes back from its file and ranks as before', () => {
  const checkpoint = { folder: folder(), everySeconds: 1000 }
  const options = optionsFor(undefined, { checkpoint })
  const { model } = run(options)
  const path = join(checkpoint.folder, 'best.ckpt')
  const loaded = (split: Split) => loadModel({ checkpoint: path, split, engine, definitions: backbones })
  const users = Uint32Array.of(0, 5, 9)
  const before = model.rank(users, 5, null).items.slice()
  expect(loaded(options.split).rank(users, 5, null).items.slice()).toEqual(before)
  const other = randomSplit({ users: 60, items: 40, seed: 4 })
  expect(() => loaded(other)).toThrow('trained on split')
})
