import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '@recdistill/core'
import { tensor, writeNpy } from '@recdistill/formats'
import { expect, test } from 'vitest'
import { freshFolder, run } from './run.ts'

/** Users and items whose ids need quotes in a CSV file, or would be other numbers without their zeros. */
function interactions(folder: string): string {
  const path = join(folder, 'orders.csv')
  const item = (n: number) => (n % 5 === 0 ? `"size ""${n}"", blue"` : `00${n}`)
  const lines = Array.from({ length: 30 }, (_, user) =>
    Array.from({ length: 12 }, (_, n) => `Zoë ${user};${item((user * 7 + n * 5 + (n % 3)) % 40)};${n}\n`),
  ).flat()
  writeFileSync(path, `user;item;time\n${lines.join('')}`)
  return path
}

const data = ['--split', 'time:0.7,0.85']

test('the parts of a split are files, and read again they are the same split', async () => {
  const at = freshFolder()
  const from = interactions(at)
  const out = join(at, 'parts')
  const written = await run(['data', 'split', '--data', from, ...data, '--out', out])
  expect(written.code, written.stderr).toBe(0)
  expect(readdirSync(out).sort()).toEqual(
    ['items.json', 'split.json', 'test.csv', 'train.csv', 'users.json', 'valid.csv'].sort(),
  )
  const hash = (JSON.parse(readFileSync(join(out, 'split.json'), 'utf8')) as { hash: string }).hash
  expect(written.stdout).toContain(`orders.csv, split ${hash.slice(0, 12)}\n`)

  const part = (name: string) => join(out, `${name}.csv`)
  const parts = ['--train', part('train'), '--valid', part('valid'), '--test', part('test')]
  const again = await run(['data', 'inspect', '--json', ...parts])
  expect(again.code, again.stderr).toBe(0)
  expect((JSON.parse(again.stdout) as { split: { hash: string } }).split.hash).toBe(hash)
})

test('a teacher trained elsewhere on the training part is taken as it is; on all parts, the run says so', async () => {
  const at = freshFolder()
  const from = interactions(at)
  const out = join(at, 'parts')
  expect((await run(['data', 'split', '--data', from, ...data, '--out', out])).code).toBe(0)
  const list = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8')) as string[]
  const [users, items] = [list('users.json'), list('items.json')]
  const rows = (name: string) =>
    readFileSync(join(out, `${name}.csv`), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((text) => {
        const [, user, quoted, plain] = /^([^,]*),(?:"(.*)"|(.*))$/.exec(text) ?? []
        return [users.indexOf(user), items.indexOf(quoted?.replaceAll('""', '"') ?? plain)] as const
      })
  /** A teacher that knows by heart what it has met. */
  const learn = async (parts: readonly string[]) => {
    const scores = new Float32Array(users.length * items.length)
    for (const [user, item] of parts.flatMap(rows)) scores[user * items.length + item] = 1
    writeNpy(join(at, 'scores.npy'), tensor(scores, [users.length, items.length]))
    const folder = join(at, `run-${parts.length}`)
    const ids = ['--teacher-user-ids', join(out, 'users.json'), '--teacher-item-ids', join(out, 'items.json')]
    const { code, stderr, stdout } = await run(
      ['bench', '--data', from, ...data, '--teacher-from', join(at, 'scores.npy'), ...ids].concat([
        '--methods',
        'none',
        '--epochs',
        '1',
        '--student',
        'mf:4',
        '--out',
        folder,
        '--no-cache',
      ]),
    )
    expect(code, stderr).toBe(0)
    const { models } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as RunResult
    return { stderr, stdout, teacher: models[0] }
  }
  const honest = await learn(['train'])
  expect(honest.stderr).not.toContain('trained on the test part')
  const leaky = await learn(['train', 'valid', 'test'])
  const says = 'it seems to have been trained on the test part too'
  expect(leaky.stderr).toContain(says)
  expect(leaky.teacher.imported?.notes.join()).toContain(says)
  expect(leaky.stdout).toContain(`Mind the teacher: it finds test interactions`)
  expect(honest.teacher.imported).not.toHaveProperty('traps')
  expect(leaky.teacher.test['ndcg@10']).toBeGreaterThan(0.9)
})

test('parts that overlap are said to before anything is trained', async () => {
  const at = freshFolder()
  const out = join(at, 'parts')
  await run(['data', 'split', '--data', interactions(at), ...data, '--out', out])
  const part = (name: string) => join(out, `${name}.csv`)
  const bench = async (train: string) => {
    const files = ['--train', part(train), '--valid', part('valid'), '--test', part('test')]
    const quick = [
      '--methods',
      'none',
      '--teacher',
      'mf:4',
      '--student',
      'mf:4',
      '--epochs',
      '1',
      '--no-cache',
    ]
    const { code, stderr } = await run(['bench', ...files, ...quick, '--out', join(at, `on-${train}`)])
    expect(code, stderr).toBe(0)
    return stderr
  }
  expect(await bench('train')).not.toContain('data: ')
  expect(await bench('test')).toMatch(
    /^data: \d+ held-out pairs also stand in the training part; .*: correct the files/m,
  )
})

test.each([
  ['a folder that holds something', (at: string) => at, /--out: .* is not empty; name a new folder/],
  ['a place below a file', (at: string) => join(at, 'orders.csv', 'parts'), /not a folder/],
])('%s is refused, and nothing is written', async (_, out, says) => {
  const at = freshFolder()
  const from = interactions(at)
  const { code, stderr, stdout } = await run(['data', 'split', '--data', from, ...data, '--out', out(at)])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(says)
  expect(readdirSync(at)).toEqual(['orders.csv'])
})
