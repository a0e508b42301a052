import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '@recdistill/core'
import {
  tensor,
  writeNpy,
  writeNpz,
  writeParquet,
  writeSafetensors,
  writeWord2vec,
} from '@recdistill/formats'
import { loadBest } from '@recdistill/trainer'
import { beforeAll, describe, expect, test } from 'vitest'
import { freshFolder, run, runBinary } from './run.ts'

/** A teacher trained here stands for one trained elsewhere: its vectors are written as other tools write them. */
const at = freshFolder()
const file = (name: string) => join(at, name)
const quick = ['--preset', 'tiny', '--epochs', '2', '--no-cache', '--threads', '1']
const dim = 16
let users: Float32Array
let items: Float32Array
let numUsers: number
let numItems: number
let reference: RunResult

const resultOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as RunResult
const numbered = (count: number) => Array.from({ length: count }, (_, id) => String(id))
const modelOf = ({ models }: RunResult, id: string) => {
  const model = models.find((each) => each.id === id)
  if (!model) throw new Error(`no model ${id}`)
  return model
}

let runs = 0
async function bench(
  ...argv: readonly string[]
): Promise<{ result: RunResult; stderr: string; folder: string }> {
  const folder = file(`run-${runs++}`)
  const { code, stderr } = await run(['bench', ...quick, ...argv, '--out', folder])
  expect(code, stderr).toBe(0)
  return { result: resultOf(folder), stderr, folder }
}

async function refused(...argv: readonly string[]): Promise<string> {
  const out = file('refused')
  const { code, stderr, stdout } = await run(['bench', ...quick, ...argv, '--out', out])
  expect([code, stdout], stderr).toEqual([2, ''])
  expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1)
  return stderr
}

beforeAll(async () => {
  const trained = await bench('--methods', 'none', '--epochs', '4')
  const { parameters } = loadBest(join(trained.folder, 'teacher', 'best.ckpt'))
  ;({ users, items } = parameters as { users: Float32Array; items: Float32Array })
  ;[numUsers, numItems] = [users.length / dim, items.length / dim]
  reference = (await bench('--methods', 'rrd,rce-kd', '--teacher-from', trained.folder)).result
  const tables = { users: tensor(users, [numUsers, dim]), items: tensor(items, [numItems, dim]) }
  writeNpy(file('users.npy'), tables.users)
  writeNpy(file('items.npy'), tables.items)
  writeSafetensors(file('model.safetensors'), {
    'user_embedding.weight': tables.users,
    'item_embedding.weight': tables.items,
    'predictor.weight': tensor(new Float32Array(dim), [1, dim]),
  })
  const scores = new Float32Array(numUsers * numItems)
  for (let u = 0; u < numUsers; u++)
    for (let i = 0; i < numItems; i++)
      for (let d = 0; d < dim; d++) scores[u * numItems + i] += users[u * dim + d] * items[i * dim + d]
  writeNpy(file('scores.npy'), tensor(scores, [numUsers, numItems]))
  const rows = Array.from({ length: numUsers }, (_, u) => {
    const row = scores.subarray(u * numItems, (u + 1) * numItems)
    return [...row.keys()]
      .sort((a, b) => row[b] - row[a])
      .slice(0, 80)
      .map((i) => [u, i, row[i]] as const)
  }).flat()
  writeFileSync(file('lists.csv'), 'user,item,score\n' + rows.map((row) => row.join(',')).join('\n') + '\n')
  await writeParquet(file('lists.parquet'), {
    user: rows.map(([u]) => String(u)),
    item: rows.map(([, i]) => String(i)),
    score: Float32Array.from(rows, ([, , score]) => score),
  })
})

/** Numbers of the trained student, which follow from every bit of its parameters. */
const students = (result: RunResult) =>
  result.models
    .filter(({ role }) => role === 'distilled')
    .map(({ id, test, valid, curve }) => [id, test, valid, curve.map(({ loss }) => loss)])

describe('vectors of the same teacher train the same students, bit for bit', () => {
  const methods = ['--methods', 'rrd,rce-kd']
  const forms: Record<string, () => Promise<string[]> | string[]> = {
    'two .npy files': () => ['--teacher-from', file('users.npy'), '--teacher-items', file('items.npy')],
    'one safetensors file': () => ['--teacher-from', file('model.safetensors')],
    'an npz archive': async () => {
      await writeNpz(file('factors.npz'), {
        user_factors: tensor(users, [numUsers, dim]),
        item_factors: tensor(items, [numItems, dim]),
      })
      return ['--teacher-from', file('factors.npz')]
    },
    'word2vec text': () => {
      writeWord2vec(file('users.vec'), { ids: numbered(numUsers), dim, data: users })
      writeWord2vec(file('items.vec'), { ids: numbered(numItems), dim, data: items })
      return ['--teacher-from', file('users.vec'), '--teacher-items', file('items.vec')]
    },
    'Parquet in another order of rows': async () => {
      const reversed = (table: Float32Array, count: number) => ({
        id: numbered(count).reverse(),
        vector: {
          dim,
          data: Float32Array.from(
            { length: table.length },
            (_, n) => table[(count - 1 - Math.floor(n / dim)) * dim + (n % dim)],
          ),
        },
      })
      await writeParquet(file('users.parquet'), reversed(users, numUsers))
      await writeParquet(file('items.parquet'), reversed(items, numItems))
      return ['--teacher-from', file('users.parquet'), '--teacher-items', file('items.parquet')]
    },
  }
  test.each(Object.keys(forms))('%s', async (form) => {
    const { result } = await bench(...(await forms[form]()), ...methods)
    expect(students(result)).toEqual(students(reference))
    const teacher = modelOf(result, 'teacher')
    expect(teacher.test).toEqual(modelOf(reference, 'teacher').test)
    expect(teacher.imported?.form).toBe('vectors of users and items')
    expect(teacher.bytes).toBe((numUsers + numItems) * dim * 4)
  })
})

describe('a teacher of another form', () => {
  test('a score matrix ranks as the vectors it came from, and has no size', async () => {
    const { result, stderr } = await bench('--teacher-from', file('scores.npy'), '--methods', 'rrd,rce-kd')
    const teacher = modelOf(result, 'teacher')
    for (const metric of ['ndcg@10', 'recall@10'])
      expect(teacher.test[metric]).toBeCloseTo(modelOf(reference, 'teacher').test[metric], 3)
    expect([teacher.parameters, teacher.bytes, teacher.ranking]).toEqual([0, 0, null])
    // rrd reads nothing but the teacher's order, which is the same
    expect(modelOf(result, 'rrd').test).toEqual(modelOf(reference, 'rrd').test)
    expect(stderr).toContain('(imported: a score matrix)')
  })

  test.each(['lists.csv', 'lists.parquet'])('%s teach what reads lists alone', async (name) => {
    const { result, folder } = await bench(
      '--teacher-from',
      file(name),
      '--methods',
      'rrd',
      '--set',
      'rrd.maxK=50',
    )
    const teacher = modelOf(result, 'teacher')
    expect(teacher.test['ndcg@10']).toBeCloseTo(modelOf(reference, 'teacher').test['ndcg@10'], 3)
    const whole = await bench(
      '--teacher-from',
      file('users.npy'),
      '--teacher-items',
      file('items.npy'),
      '--methods',
      'rrd',
      '--set',
      'rrd.maxK=50',
    )
    expect(students(result)).toEqual(students(whole.result))
    for (const page of ['report.html', 'report.md'])
      expect(readFileSync(join(folder, page), 'utf8')).toMatch(/teacher is imported: top[-\\]*K lists/)
  })

  test('a run whose teacher was imported lends it on', async () => {
    const first = await bench('--teacher-from', file('model.safetensors'), '--methods', 'none')
    const second = await bench('--teacher-from', first.folder, '--methods', 'rrd')
    expect(modelOf(second.result, 'teacher')).toMatchObject({
      test: modelOf(first.result, 'teacher').test,
      imported: { source: { from: file('model.safetensors') } },
    })
    expect(modelOf(second.result, 'rrd').test).toEqual(modelOf(reference, 'rrd').test)
  })
})

describe('what a method asks and the teacher cannot answer is said beforehand, with what would work', () => {
  const lists = () => ['--teacher-from', file('lists.csv')]
  const works = /with this teacher these work: .*\brrd\b/

  test('scores beyond the lists', async () => {
    const said = await refused(...lists(), '--methods', 'rce-kd')
    expect(said).toMatch(/rce-kd: it compares scores of items beyond the teacher's first ones.*lists\.csv/)
    expect(said).toMatch(works)
    expect(said).not.toMatch(/these work:.*rce-kd/)
  })

  test('a teacher to be trained, and one that is there', async () => {
    expect(await refused('--teacher', 'mf:8', '--teacher-from', file('lists.csv'))).toMatch(
      /--teacher and --teacher-from: give one of them/,
    )
  })

  test('vectors of users alone, which look like scores', async () => {
    expect(await refused('--teacher-from', file('users.npy'))).toMatch(
      /users\.npy: \[200, 16\] is read as scores .* give those of the items with --teacher-items FILE/,
    )
  })

  test('methods that nobody named are left out', async () => {
    const { result, stderr } = await bench('--teacher-from', file('lists.csv'), '--set', 'rrd.maxK=40')
    expect(stderr).toMatch(/left out: rce-kd: it compares scores of items beyond the teacher's first ones/)
    expect(result.models.map(({ id }) => id)).toEqual(['teacher', 'scratch', 'rrd'])
    const none = await refused('--teacher-from', file('lists.csv'), '--set', 'rrd.maxK=100')
    expect(none).toMatch(/rrd: it looks at .* 100 items .* or --set rrd\.maxK=\d+; .* these work: .*rrd/)
  })

  test('longer lists than there are, with the value that would do', async () => {
    const said = await refused(...lists(), '--methods', 'rrd', '--set', 'rrd.maxK=90')
    expect(said).toMatch(/rrd: it looks at the teacher's first 90 items.*--set rrd\.maxK=\d+/)
    const value = /rrd\.maxK=(\d+)/.exec(said)?.[1]
    await bench(...lists(), '--methods', 'rrd', '--set', `rrd.maxK=${value}`)
  })

  test('lists shorter than the defaults of a method shorten those, and what was written stays', async () => {
    const top20 = readFileSync(file('lists.csv'), 'utf8')
      .split('\n')
      .filter((_, n) => n === 0 || (n - 1) % 80 < 20)
    writeFileSync(file('top20.csv'), top20.join('\n') + '\n')
    // no preset, which writes lengths
    const argv = ['bench', '--dataset', 'synthetic:tiny', '--teacher-from', file('top20.csv')].concat([
      '--student',
      'mf:4',
      '--epochs',
      '1',
      '--threads',
      '1',
      '--no-cache',
    ])
    const out = file('top20')
    const { code, stderr } = await run([...argv, '--out', out])
    expect(code, stderr).toBe(0)
    const said =
      /^rrd: defaults lowered to suit the lists of the teacher: K 21 to (\d+), L 42 to (\d+), maxK 107 to (\d+)$/m
    expect(stderr).toMatch(said)
    const [K, L, maxK] = said.exec(stderr)!.slice(1).map(Number)
    const config = resultOf(out).config as Record<string, unknown>
    expect(config.rrd).toMatchObject({ K, L, maxK })
    expect(maxK).toBeGreaterThan(4)
    expect(maxK).toBeLessThanOrEqual(20)

    const { code: no, stderr: why } = await run(
      argv.concat(['--methods', 'rrd', '--set', 'rrd.maxK=60', 'rrd.K=20', 'rrd.L=20']),
    )
    expect(no).toBe(2)
    expect(why).toMatch(/rrd: it looks at the teacher's first 60 items/)
  })

  test('vectors', async () => {
    const said = await refused('--teacher-from', file('scores.npy'), '--methods', 'de')
    expect(said).toMatch(
      /de: it compares vectors of users and items, and the teacher .*scores\.npy.* has none/,
    )
    expect(said).toMatch(/these work: .*rce-kd/)
  })

  test('a training, or its snapshots', async () => {
    expect(await refused('--teacher-from', file('model.safetensors'), '--methods', 'bd')).toMatch(
      /bd: it trains the teacher too/,
    )
    expect(await refused('--teacher-from', file('model.safetensors'), '--methods', 'hetcomp')).toMatch(
      /hetcomp: it learns from snapshots of the teacher's training.*these work: .*rrd/,
    )
  })

  test('all methods are those that can, and the others are named', async () => {
    const { result, stderr, folder } = await bench(
      ...lists(),
      '--methods',
      'all',
      '--set',
      'rrd.maxK=50',
      '--epochs',
      '1',
    )
    const ids = result.models.map(({ id }) => id)
    for (const id of ['rrd', 'rd', 'vanilla-ce']) expect(ids).toContain(id)
    for (const id of ['de', 'bd', 'hetcomp', 'rce-kd', 'cd']) {
      expect(ids).not.toContain(id)
      expect(stderr).toMatch(new RegExp(`left out: ${id}: `))
    }
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).not.toMatch(/^ {2}- rce-kd$/m)
  })
})

describe('ids of the teacher and of the data', () => {
  const lines = (name: string, ids: readonly string[]) => {
    writeFileSync(file(name), ids.join('\n') + '\n')
    return file(name)
  }

  test('a teacher that lacks some and has others is joined, and all of it is reported', async () => {
    // Rows of users 0, 1, 2 and of item 5 go to names the data does not have.
    const userIds = lines(
      'user-ids.txt',
      numbered(numUsers).map((id) => (Number(id) < 3 ? `old-${id}` : id)),
    )
    const itemIds = lines(
      'item-ids.txt',
      numbered(numItems).map((id) => (id === '5' ? '[PAD]' : id)),
    )
    const { result, stderr, folder } = await bench(
      '--teacher-from',
      file('users.npy'),
      '--teacher-items',
      file('items.npy'),
      '--teacher-user-ids',
      userIds,
      '--teacher-item-ids',
      itemIds,
      '--methods',
      'rrd,rce-kd,de',
      '--save-rankings',
    )
    expect(modelOf(result, 'teacher').imported).toMatchObject({
      users: { known: numUsers - 3, missing: 3, unused: 3 },
      items: { known: numItems - 1, missing: 1, unused: 1 },
    })
    expect(stderr).toMatch(
      /teacher: \d+ of \d+ users known; 3 not \(0, 1, 2\): they are taught the mean of all users/,
    )
    expect(stderr).toMatch(/1 items? not|1 not \(5\): they stand behind all other items/)
    expect(stderr).toMatch(/3 users of the teacher are not in the data \(old-0, old-1, old-2\)/)
    expect(existsSync(join(folder, 'rankings', 'teacher.parquet'))).toBe(true)
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(
      `${numUsers - 3} of ${numUsers} users`,
    )
  })

  test('lists without some users teach those nothing, and the rest as ever', async () => {
    const some = readFileSync(file('lists.csv'), 'utf8')
      .split('\n')
      .filter((row) => !/^[0-9],/.test(row))
    writeFileSync(file('some.csv'), some.join('\n'))
    const { result } = await bench(
      '--teacher-from',
      file('some.csv'),
      '--methods',
      'rrd,rd,vanilla-ce',
      '--set',
      'rrd.maxK=50',
      '--set',
      'vanilla-ce.K=20',
    )
    expect(modelOf(result, 'teacher').imported?.users).toMatchObject({ missing: 10 })
    for (const id of ['rrd', 'rd', 'vanilla-ce'])
      expect(modelOf(result, id).test['ndcg@10']).toBeGreaterThan(0)
  })
})

describe('the teacher of an earlier run is looked at before anything is trained', () => {
  test('one without snapshots cannot teach a method that follows them', async () => {
    const { folder } = await bench('--methods', 'none')
    expect(await refused('--teacher-from', folder, '--methods', 'hetcomp')).toMatch(
      /hetcomp: it learns from snapshots of the teacher's training, and there is none/,
    )
  })

  test('one of other data', async () => {
    const { folder } = await bench('--methods', 'none')
    expect(
      await refused('--teacher-from', folder, '--split', 'ratio:0.5,0.25,0.25', '--split-seed', '9'),
    ).toMatch(/best\.ckpt: trained on split .* prepare the data the same way/)
  })

  test('what is exported as npz comes back as the teacher it was', async () => {
    const { folder, result } = await bench('--methods', 'none')
    const out = file('exported')
    const { code, stderr } = await run(['export', folder, '--model', 'teacher', '--to', 'npz', '--out', out])
    expect(code, stderr).toBe(0)
    const back = await bench('--methods', 'none', '--teacher-from', join(out, 'model.npz'))
    expect(modelOf(back.result, 'teacher').test).toEqual(modelOf(result, 'teacher').test)
  })
})

test('a run goes on with the teacher it began with, and with no other', async () => {
  const copy = file('copy.safetensors')
  writeFileSync(copy, readFileSync(file('model.safetensors')))
  const { folder } = await bench('--teacher-from', copy, '--methods', 'none')
  const again = await run(['resume', folder])
  expect(again.code, again.stderr).toBe(0)
  const bytes = readFileSync(copy)
  bytes[bytes.length - 1] ^= 1
  writeFileSync(copy, bytes)
  const changed = await run(['resume', folder])
  expect(changed.code).toBe(2)
  expect(changed.stderr).toMatch(
    /copy\.safetensors: has changed since this run began; put back .*\d+ bytes, SHA-256 [0-9a-f]{64}/,
  )
  writeFileSync(copy, 'no tensors')
  expect((await run(['resume', folder])).stderr).toMatch(
    /copy\.safetensors: has changed since this run began/,
  )
  rmSync(copy)
  const gone = await run(['resume', folder])
  expect(gone.code).toBe(2)
  expect(gone.stderr).toMatch(/copy\.safetensors: is not there any more; put back .*SHA-256/)
})

test('the built program takes such a teacher too', async () => {
  const out = file('built')
  const { code, stdout, stderr } = await runBinary([
    'bench',
    ...quick,
    '--methods',
    'rrd',
    '--teacher-from',
    file('users.npy'),
    '--teacher-items',
    file('items.npy'),
    '--out',
    out,
  ])
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/teacher is imported: vectors of users and items/)
  expect(modelOf(resultOf(out), 'rrd').test).toEqual(modelOf(reference, 'rrd').test)
})
