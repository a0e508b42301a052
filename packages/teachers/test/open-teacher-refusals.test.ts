import type { InputError } from '@recdistill/core'
import { tensor, writeSafetensors } from '@recdistill/formats'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { TeacherSource } from '../src/index.ts'
import { file, numUsers, numItems, dim, users, items, open, written, saved } from './teacher-world.ts'

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
  [
    'empty lists',
    () => ({ from: written('empty.csv', '') }),
    /empty\.csv: the file is empty; write it again/,
  ],
  ['empty vectors', () => ({ from: written('empty.vec', '') }), /empty\.vec: the file is empty/],
  [
    'no bytes of Parquet',
    () => ({ from: written('empty.parquet', '') }),
    /empty\.parquet: the file is empty/,
  ],
  [
    'empty vectors of items',
    () => ({ from: userFile(), items: written('empty.npy', '') }),
    /empty\.npy: the file is empty/,
  ],
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
    'a matrix of scores where vectors are read',
    () => ({ from: safetensors('one.safetensors', { scores: tables().users }) }),
    /one\.safetensors: .*"scores" \[6, 4\] is the only matrix; scores .* \.npy/,
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
