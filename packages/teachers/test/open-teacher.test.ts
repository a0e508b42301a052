import { createRng, type InputError } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { tensor, writeNpy, writeNpz, writeSafetensors } from '@recdistill/formats'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openTeacher, type TeacherSource } from '../src/index.ts'
import { onnxModel } from './onnx-model.ts'

const engine = createEngine({ threads: 1 })
const folder = mkdtempSync(join(tmpdir(), 'recdistill-teachers-'))
const file = (name: string) => join(folder, name)
const [numUsers, numItems, dim] = [6, 9, 4]
const rng = createRng(3)
const users = Float32Array.from({ length: numUsers * dim }, () => rng.normal())
const items = Float32Array.from({ length: numItems * dim }, () => rng.normal())
const all = (count: number) => Uint32Array.from({ length: count }, (_, n) => n)
const every = Uint32Array.from({ length: numUsers * numItems }, (_, n) => n % numItems)
const split = {
  numUsers,
  numItems,
  ids: {
    users: Array.from({ length: numUsers }, (_, n) => `u${n}`),
    items: Array.from({ length: numItems }, (_, n) => `i${n}`),
  },
  train: { offsets: new Uint32Array(numUsers + 1), items: new Uint32Array(0) },
}
const open = (source: TeacherSource, change: Partial<typeof split> = {}) =>
  openTeacher(source, { split: { ...split, ...change }, engine, cache: file('cache') })
const written = (name: string, content: string | Uint8Array) => {
  writeFileSync(file(name), content)
  return file(name)
}
const saved = (name: string, values: Float32Array, shape: readonly number[]) => {
  writeNpy(file(name), tensor(values, shape))
  return file(name)
}
const scores = new Float32Array(numUsers * numItems)
for (let u = 0; u < numUsers; u++)
  for (let i = 0; i < numItems; i++)
    for (let d = 0; d < dim; d++) scores[u * numItems + i] += users[u * dim + d] * items[i * dim + d]

function expectScores(model: Awaited<ReturnType<typeof open>>['model']) {
  const found = model.scoresOf(all(numUsers), every, numItems)
  for (let n = 0; n < found.length; n++) expect(found[n]).toBeCloseTo(scores[n], 5)
}

describe('what a file holds is told by its name and its content', () => {
  const tables = { users: tensor(users, [numUsers, dim]), items: tensor(items, [numItems, dim]) }

  test('tensors by their names, with biases and ids beside them', async () => {
    const bias = Float32Array.from({ length: numItems }, (_, n) => n)
    await writeNpz(file('lightfm.npz'), {
      user_embeddings: tables.users,
      item_embeddings: tensor(items.slice().reverse(), [numItems, dim]),
      item_biases: tensor(bias, [numItems]),
      user_ids: split.ids.users,
      item_ids: [...split.ids.items].reverse(),
    })
    const { model, notes, form } = await open({ from: file('lightfm.npz') })
    expect(form).toBe('vectors of users and items')
    expect(notes).toEqual([
      `${file('lightfm.npz')}: users are "user_embeddings" with ids "user_ids"`,
      `${file('lightfm.npz')}: items are "item_embeddings" with biases "item_biases" and ids "item_ids"`,
    ])
    const reversed = items.slice().reverse()
    const [score] = model.scoresOf(Uint32Array.of(2), Uint32Array.of(1), 1)
    const row = numItems - 1 - 1 // of item i1 among ids in reverse
    const dot = users.subarray(2 * dim, 3 * dim).reduce((sum, x, d) => sum + x * reversed[row * dim + d], 0)
    expect(score).toBeCloseTo(dot + bias[row], 5)
  })

  test('tensors that are named', async () => {
    writeSafetensors(file('odd.safetensors'), { a: tables.users, b: tables.items, c: tables.items })
    const { model } = await open({ from: file('odd.safetensors'), userTensor: 'a', itemTensor: 'b' })
    expectScores(model)
  })

  test('CSV beside CSV is vectors, alone it is lists', async () => {
    const csv = (name: string, ids: readonly string[], values: Float32Array) =>
      written(
        name,
        'id,a,b,c,d\n' +
          ids.map((id, n) => `${id},${values.subarray(n * dim, (n + 1) * dim).join(',')}\n`).join(''),
      )
    const from = csv('users.csv', split.ids.users, users)
    const { model } = await open({ from, items: csv('items.csv', split.ids.items, items) })
    expectScores(model)
    await expect(open({ from })).rejects.toThrow(/users\.csv: cannot tell which column is the user/)
  })

  test('a checkpoint is refused with what to do: save its tables, or name the folder of the run', async () => {
    const torch = written('model.pth', 'PK')
    await expect(open({ from: torch })).rejects.toThrow(/model\.pth: .* save its tables .* as \.npy/)
    const own = written('best.ckpt', '')
    await expect(open({ from: own })).rejects.toThrow(/another program/)
    written('run.json', '{}')
    await expect(open({ from: own })).rejects.toThrow(/best\.ckpt: name the folder it is in, /)
  })

  test('ids that lost their zeros are said to differ in them', async () => {
    const zeros = { ...split.ids, items: split.ids.items.map((_, n) => `00${n}`) }
    const matrix = saved('zeros.npy', scores, [numUsers, numItems])
    const ids = split.ids.items.map((_, n) => (n === 0 ? '000' : String(n)))
    const source = { from: matrix, itemIds: written('numbers.txt', ids.join('\n')) }
    const { notes, traps } = await open(source, { ids: zeros })
    expect(traps).toEqual([expect.stringMatching(/differ from its own in leading zeros \("001" and "1"\)/)])
    expect(notes).toEqual(expect.arrayContaining([...traps!]))
  })

  test('half floats, and whole numbers with a scale', async () => {
    const scaled = (values: Float32Array) => Int8Array.from(values, (value) => Math.round(value * 20))
    const scale = (rows: number) => tensor(new Float32Array(rows).fill(1 / 20), [rows])
    writeSafetensors(file('int8.safetensors'), {
      users: tensor(scaled(users), [numUsers, dim]),
      users_scale: scale(numUsers),
      items: tensor(scaled(items), [numItems, dim]),
      items_scale: scale(numItems),
    })
    const { model } = await open({ from: file('int8.safetensors') })
    expect(model.rowsOf('users', Uint32Array.of(1))[2]).toBeCloseTo(users[dim + 2], 1)
  })

  test('a matrix, whose ids may be in another order than those of the data', async () => {
    const from = saved('scores.npy', scores, [numUsers, numItems])
    expectScores((await open({ from })).model)
    const shifted = split.ids.items.map((_, n) => split.ids.items[(n + 1) % numItems])
    const itemIds = written('items.txt', shifted.join('\r\n'))
    const { model } = await open({ from, itemIds })
    const [score] = model.scoresOf(Uint32Array.of(0), Uint32Array.of(1), 1)
    expect(score).toBe(scores[0])
  })

  test('ids as JSON and as numbers', async () => {
    const from = saved('m.npy', scores, [numUsers, numItems])
    const userIds = written('users.json', JSON.stringify(split.ids.users))
    const ids = { ...split.ids, items: Array.from({ length: numItems }, (_, n) => String(n * 7)) }
    const itemIds = file('item-ids.npy')
    writeNpy(itemIds, tensor(Int32Array.from(ids.items, Number), [numItems]))
    expectScores((await open({ from, userIds, itemIds }, { ids })).model)
  })
})

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

describe('what is wrong is said in one line', () => {
  const half = () => saved('half.npy', users.subarray(0, 3 * dim), [3, dim])
  const userFile = () => saved('users.npy', users, [numUsers, dim])
  const itemFile = () => saved('items.npy', items, [numItems, dim])
  const tables = () => ({ users: tensor(users, [numUsers, dim]), items: tensor(items, [numItems, dim]) })
  const safetensors = (name: string, tensors: Parameters<typeof writeSafetensors>[1]) => {
    writeSafetensors(file(name), tensors)
    return file(name)
  }
  const nan = (values: Float32Array) => values.map((value, n) => (n === 5 ? NaN : value))
  const cases: readonly [string, () => TeacherSource, RegExp][] = [
    ['a file that is not there', () => ({ from: file('none.npy') }), /none\.npy: no such file/],
    ['a name that tells nothing', () => ({ from: written('x.bin', '1') }), /x\.bin.*teacherFrom\.kind/],
    [
      'a file cut short',
      () => ({ from: written('cut.npy', readFileSync(userFile()).subarray(0, 100)), items: itemFile() }),
      /cut\.npy/,
    ],
    [
      'users alone',
      () => ({ from: written('u.vec', 'u0 1 2\n') }),
      /u\.vec holds the vectors of one side.*--teacher-items/,
    ],
    [
      'vectors taken for scores',
      () => ({ from: userFile() }),
      /users\.npy: \[6, 4\] is read as scores.*--teacher-item-ids.*--teacher-items/,
    ],
    [
      'fewer rows than users',
      () => ({ from: half(), items: itemFile() }),
      /half\.npy: has 3 rows of users and the data has 6.*--teacher-user-ids/,
    ],
    [
      'other lengths of vectors',
      () => ({
        from: userFile(),
        items: saved('wide.npy', items, [6, 6]),
        itemIds: written('6.txt', 'i0\ni1\ni2\ni3\ni4\ni5'),
      }),
      /wide\.npy: vectors of items have 6 numbers, those of users .* have 4/,
    ],
    [
      'NaN in vectors',
      () => ({ from: saved('nan.npy', nan(users), [numUsers, dim]), items: itemFile() }),
      /nan\.npy: row 1, column 1.*NaN/,
    ],
    [
      'NaN in a tensor',
      () => ({
        from: safetensors('nan.safetensors', { ...tables(), users: tensor(nan(users), [numUsers, dim]) }),
      }),
      /nan\.safetensors.*"users".*NaN/,
    ],
    [
      'tensors nobody can tell',
      () => ({ from: safetensors('ab.safetensors', { a: tables().users, b: tables().items }) }),
      /ab\.safetensors: no tensor is named like the vectors of users; it has a \[6, 4\], b \[9, 4\].*teacherFrom\.userTensor/,
    ],
    [
      'two that could be',
      () => ({
        from: safetensors('two.safetensors', {
          ...tables(),
          user_mlp_embedding: tables().users,
          user_mf_embedding: tables().users,
        }),
      }),
      /two\.safetensors: .*could be the vectors of users/,
    ],
    [
      'a tensor that is not there',
      () => ({ from: safetensors('t.safetensors', tables()), userTensor: 'userz' }),
      /no tensor "userz"; did you mean "users"/,
    ],
    [
      'one tensor for both',
      () => ({ from: safetensors('t.safetensors', tables()), userTensor: 'users', itemTensor: 'users' }),
      /cannot be the vectors of both/,
    ],
    [
      'whole numbers without a scale',
      () => ({
        from: safetensors('i8.safetensors', {
          users: tensor(new Int8Array(numUsers * dim), [numUsers, dim]),
          items: tables().items,
        }),
      }),
      /i8\.safetensors, "users": holds whole numbers/,
    ],
    [
      'one dimension',
      () => ({ from: saved('line.npy', users, [users.length]), items: itemFile() }),
      /line\.npy: expected a row of numbers for each/,
    ],
    [
      'ids of another model',
      () => ({ from: userFile(), items: itemFile(), userIds: written('a.txt', 'a\nb\nc\nd\ne\nf\n') }),
      /none of the data's 6 users is among its ids; they look like "a", "b", "c"/,
    ],
    [
      'too few ids',
      () => ({ from: userFile(), items: itemFile(), userIds: written('two.txt', 'u0\nu1\n') }),
      /has 6 rows of users, but there are 2 ids/,
    ],
    [
      'an id twice',
      () => ({
        from: userFile(),
        items: itemFile(),
        userIds: written('twice.txt', 'u0\nu1\nu2\nu0\nu4\nu5\n'),
      }),
      /user "u0" stands in row 0 and in row 3/,
    ],
    [
      'an empty line among ids',
      () => ({ from: userFile(), items: itemFile(), userIds: written('gap.txt', 'u0\n\nu2\n') }),
      /gap\.txt:2: an empty line/,
    ],
    [
      'ids that are none',
      () => ({ from: userFile(), items: itemFile(), userIds: written('ids.json', '{"a": 1}') }),
      /ids\.json: expected a JSON list/,
    ],
    [
      'lists without a score',
      () => ({ from: written('l.csv', 'user,item\nu0,i0\n') }),
      /l\.csv: cannot tell which column is the score/,
    ],
    [
      'lists with an item twice',
      () => ({ from: written('l2.csv', 'user,item,score\nu0,i0,1\nu0,i0,2\n') }),
      /l2\.csv: item "i0" stands twice/,
    ],
    [
      'lists of strangers',
      () => ({ from: written('l3.csv', 'user,item,score\nx,i0,1\n') }),
      /none of the data's 6 users/,
    ],
    [
      'ids beside lists',
      () => ({ from: written('l4.csv', 'user,item,score\nu0,i0,1\n'), userIds: written('a.txt', 'u0') }),
      /lists name their users and items themselves/,
    ],
    [
      'a bias of another length',
      () => ({
        from: userFile(),
        items: itemFile(),
        itemBias: saved('bias.npy', Float32Array.of(1, 2), [2]),
      }),
      /items\.npy: 2 biases for 9 vectors/,
    ],
  ]
  test.each(cases)('%s', async (_, source, says) => {
    const error = await open(source()).then(
      () => null,
      (reason: InputError) => reason,
    )
    expect(error?.name).toBe('InputError')
    expect(error?.message).toMatch(says)
    expect(error?.message.split('\n')).toHaveLength(1)
  })
})
