import { tensor, writeNpy, writeNpz, writeParquet, writeSafetensors } from '@recdistill/formats'
import { expect, test } from 'vitest'
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
  saved,
  scores,
  expectScores,
} from './teacher-world.ts'

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

test('Parquet lists are known by usual names, and by those that are given for some of their columns', async () => {
  const columns = { score: Float32Array.of(2, 1) }
  const entries = [split.ids.users.slice(0, 2), split.ids.items.slice(0, 2)]
  await writeParquet(file('usual.parquet'), { customer: entries[0], product_id: entries[1], ...columns })
  await writeParquet(file('given.parquet'), { wer: entries[0], was: entries[1], ...columns })
  const given = { user: 'wer', item: 'was' }
  for (const source of [
    { from: file('usual.parquet') },
    { from: file('given.parquet'), columns: given },
    { from: file('usual.parquet'), columns: { item: 'product_id' } },
  ])
    expect(await open(source)).toMatchObject({ kind: 'lists', listed: { keep: 1 } })
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
