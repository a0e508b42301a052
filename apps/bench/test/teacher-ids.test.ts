import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modelOf } from './run.ts'
import { numbered, quickRuns, teacherFiles } from './teacher-files.ts'

const runs = quickRuns()
const { file, bench } = runs
const { numUsers, numItems } = await teacherFiles(runs)

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
      /teacher: \d+ of \d+ users known; 3 not \("0", "1", "2"\): they are taught the mean of all users/,
    )
    expect(stderr).toMatch(/1 not \("5"\): they stand behind all other items/)
    expect(stderr).toMatch(/3 users of the teacher are not in the data \("old-0", "old-1", "old-2"\)/)
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
