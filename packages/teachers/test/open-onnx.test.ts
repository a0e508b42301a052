import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { onnxModel } from './onnx-model.ts'
import {
  file,
  numUsers,
  numItems,
  dim,
  users,
  items,
  split,
  open,
  written,
  scores,
  expectScores,
} from './teacher-world.ts'

const hasRuntime = (() => {
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node')
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!hasRuntime)('ONNX models', () => {
  test.each([
    ['pairs', 'int64'],
    ['pairs', 'int32'],
    ['rows', 'int64'],
  ] as const)('%s, asked with %s', async (kind, type) => {
    const from = written(`${kind}-${type}.onnx`, onnxModel(kind, { users, items, dim }, { type }))
    const { model, bytes, notes } = await open({ from })
    expectScores(model)
    expect(bytes).toBe(readFileSync(from).length)
    expect(notes[0]).toMatch(/scores of 6 users and 9 items/)
    model.dispose()
  })

  test('scores are made once, whatever the model is called', async () => {
    rmSync(file('cache'), { recursive: true, force: true })
    const content = onnxModel('pairs', { users, items, dim })
    const { model } = await open({ from: written('one.onnx', content) })
    const kept = readdirSync(join(file('cache'), 'teachers'))
    expect(kept).toHaveLength(1)
    expectScores((await open({ from: written('other.onnx', content) })).model)
    expect(readdirSync(join(file('cache'), 'teachers'))).toEqual(kept)
    model.dispose()
  })

  test('weights in a file beside it are of the model: other weights, other scores', async () => {
    const outside = `${'long-'.repeat(40)}users.data` // a length of two bytes
    const from = written('halved.onnx', onnxModel('pairs', { users, items, dim }, { outside }))
    await expect(open({ from })).rejects.toThrow(
      /halved\.onnx: its weights are in .*users\.data, which is not/,
    )
    const weights = written(outside, Buffer.from(users.buffer))
    const { model, bytes, files } = await open({ from })
    expectScores(model)
    expect(bytes).toBe(readFileSync(from).length + 4 * users.length)
    expect(files.map((each) => each.file)).toEqual([from, weights])
    writeFileSync(weights, Buffer.from(users.map((x) => 2 * x).buffer))
    const twice = await open({ from })
    expect(twice.model.scoresOf(Uint32Array.of(1), Uint32Array.of(3), 1)[0]).toBeCloseTo(
      2 * scores[numItems + 3],
      5,
    )
    for (const each of [model, twice.model]) each.dispose()
  })

  test('inputs in another order, told apart by name; ids of rows', async () => {
    const ids = [...split.ids.users].reverse()
    const from = written(
      'named.onnx',
      onnxModel('pairs', { users, items, dim }, { names: ['userIdx', 'itemIdx'] }),
    )
    const { model } = await open({ from, userIds: written('reversed.txt', ids.join('\n')) })
    expect(model.scoresOf(Uint32Array.of(0), Uint32Array.of(3), 1)[0]).toBeCloseTo(
      scores[(numUsers - 1) * numItems + 3],
      5,
    )
  })

  test.each(['pairs', 'rows'] as const)(
    'NaN among the scores of %s is refused with its place',
    async (kind) => {
      rmSync(file('cache'), { recursive: true, force: true })
      const broken = users.with(dim, NaN) // the first number of user 1
      const from = written('nan.onnx', onnxModel(kind, { users: broken, items, dim }))
      await expect(open({ from })).rejects.toThrow(/nan\.onnx: the score of user 1 for item 0 is NaN/)
      expect(readdirSync(join(file('cache'), 'teachers'))).toEqual([])
    },
  )

  test('what is no model, or one of other sizes, is refused and leaves nothing', async () => {
    rmSync(file('cache'), { recursive: true, force: true })
    await expect(open({ from: written('bad.onnx', 'nothing') })).rejects.toThrow(
      /bad\.onnx: not a sound ONNX model/,
    )
    const small = onnxModel('rows', { users, items: items.subarray(0, 5 * dim), dim })
    await expect(open({ from: written('small.onnx', small) })).rejects.toThrow(
      /small\.onnx: output "score" is \[6, 5\] where \[6, 9\] was expected/,
    )
    const few = onnxModel('pairs', { users: users.subarray(0, 2 * dim), items, dim })
    await expect(open({ from: written('few.onnx', few) })).rejects.toThrow(/few\.onnx: scoring failed/)
    expect(
      readdirSync(file('cache'), { recursive: true }).filter((name) => !/teachers$/.test(String(name))),
    ).toEqual([])
  })
})
