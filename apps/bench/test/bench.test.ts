import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunResult } from '@recdistill/core'
import { beforeAll, expect, test } from 'vitest'
import { stripTimings } from '../src/run/strip-timings.ts'
import { cache, ended, freshFolder, resultOf, run, runBinary, start } from './run.ts'

const tiny = ['bench', '--preset', 'tiny', '--epochs', '6', '--patience', '6']
const at = freshFolder()
const first = join(at, 'first')
let outcome: Awaited<ReturnType<typeof run>>

beforeAll(async () => {
  rmSync(join(cache, 'teachers'), { recursive: true, force: true })
  outcome = await run([...tiny, '--save-rankings', '--no-cache', '--out', first])
})

test('a run ends with a table, and a folder that holds everything', () => {
  expect(outcome.code, outcome.stderr).toBe(0)
  for (const word of ['teacher', 'scratch', 'rrd', 'rce-kd', 'report.html'])
    expect(outcome.stdout).toContain(word)
  expect(readdirSync(first).sort()).toEqual(
    [
      'config.yaml',
      'log.jsonl',
      'rankings',
      'rce-kd',
      'report.html',
      'report.md',
      'results.json',
      'rrd',
      'scratch',
      'split.json',
      'teacher',
    ].sort(),
  )
  for (const model of ['teacher', 'scratch', 'rrd', 'rce-kd']) {
    expect(readdirSync(join(first, model)).sort()).toEqual([
      'best.ckpt',
      'last.ckpt',
      'log.jsonl',
      'run.json',
    ])
    expect(existsSync(join(first, 'rankings', `${model}.parquet`))).toBe(true)
    const lines = readFileSync(join(first, model, 'log.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { epoch: number }).epoch)).toEqual([0, 1, 2, 3, 4, 5])
  }
})

test('the result names every value that was used and every number it led to', () => {
  const { schema, config, protocol, split, machine, models } = resultOf(first)
  expect(schema).toBe(1)
  expect(config).toMatchObject({
    dataset: 'synthetic:tiny',
    epochs: 6,
    methods: ['rrd', 'rce-kd'],
    seeds: [0],
  })
  expect(protocol.name).toBe('strict')
  expect(split.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(machine.engine.threads).toBeGreaterThan(0)
  expect(models.map(({ id, role }) => [id, role])).toEqual([
    ['teacher', 'teacher'],
    ['scratch', 'scratch'],
    ['rrd', 'distilled'],
    ['rce-kd', 'distilled'],
  ])
  for (const model of models) {
    expect(model.test['ndcg@10']).toBeGreaterThan(0)
    expect(model.beyond['coverage@10']).toBeGreaterThan(0)
    expect(model.curve).toHaveLength(6)
    expect(model.ranking?.usersPerSecond).toBeGreaterThan(0)
    expect(model.parameters).toBe((split.counts.users + split.counts.items) * model.backbone.dim)
    expect(model.curve.every(({ loss }) => (model.method === null) === (loss.kd === undefined))).toBe(true)
  }
})

test('below the table each method stands against the student alone, then the best against the others', () => {
  const compared = [...outcome.stdout.matchAll(/^(\S+ − \S+) +ndcg@10/gm)].map(([, pair]) => pair)
  expect(compared.slice(0, 2)).toEqual(['rrd − scratch', 'rce-kd − scratch'])
  expect(['rrd − rce-kd', 'rce-kd − rrd']).toContain(compared[2])
  expect(compared).toHaveLength(3)
})

test('saved rankings, measured by evaluate, give the numbers of the run', async () => {
  const { models, protocol } = resultOf(first)
  for (const { id, test: expected } of models.slice(1, 3)) {
    const rankings = join(first, 'rankings', `${id}.parquet`)
    const { code, stdout, stderr } = await run([
      'evaluate',
      '--rankings',
      rankings,
      '--dataset',
      'synthetic:tiny',
      '--json',
    ])
    expect(code, stderr).toBe(0)
    const measured = JSON.parse(stdout) as { means: Record<string, number>; protocol: unknown }
    expect(measured.protocol).toEqual(protocol)
    expect(measured.means).toEqual(expected)
  }
})

test('equal seeds give equal results on any number of threads; other seeds do not', async () => {
  const again = join(at, 'again')
  await run([...tiny, '--save-rankings', '--no-cache', '--threads', '1', '--out', again])
  expect(stripTimings(resultOf(again))).toEqual(stripTimings(resultOf(first)))
  const other = join(at, 'other')
  await run([...tiny, '--save-rankings', '--no-cache', '--seeds', '1,', '--methods', 'none', '--out', other])
  expect(resultOf(other).models[0].test).not.toEqual(resultOf(first).models[0].test)
})

test('several seeds share a teacher, and --json prints the result alone', async () => {
  const { code, stdout, stderr } = await run([
    ...tiny,
    '--methods',
    'rrd',
    '--seeds',
    '2',
    '--json',
    '--out',
    join(at, 'seeds'),
  ])
  expect(code, stderr).toBe(0)
  const result = JSON.parse(stdout) as RunResult
  expect(result.models.map(({ id }) => id)).toEqual(['teacher', 'scratch', 'rrd', 'scratch#1', 'rrd#1'])
  expect(result).toEqual(resultOf(join(at, 'seeds')))
})

test('a teacher is trained once: the cache and --teacher-from give it again', async () => {
  const numbers = resultOf(join(at, 'seeds')).models[0]
  const cached = join(at, 'cached')
  const second = await run([...tiny, '--methods', 'rrd', '--out', cached])
  expect(second.code, second.stderr).toBe(0)
  const models = resultOf(cached).models
  expect(models[0]).toMatchObject({ cached: true, test: numbers.test, checkpoint: 'teacher/best.ckpt' })
  expect(models[2].test).toEqual(resultOf(join(at, 'seeds')).models[2].test)
  // Epochs are part of the content, so the cache has none for this; the folder is asked in its place.
  const borrowed = join(at, 'borrowed')
  const unhurried = { usersPerSecond: 1e-3, microsecondsPerUser: 1e9 } // a time that no machine of today measures
  const record = join(first, 'teacher', 'run.json')
  writeFileSync(record, JSON.stringify({ ...resultOf(first).models[0], ranking: unhurried }))
  const third = await run([
    ...tiny,
    '--methods',
    'none',
    '--epochs',
    '2',
    '--teacher-from',
    first,
    '--out',
    borrowed,
  ])
  expect(third.code, third.stderr).toBe(0)
  const [teacher] = resultOf(borrowed).models
  expect(teacher).toMatchObject({ cached: true, test: resultOf(first).models[0].test })
  expect(teacher.ranking?.usersPerSecond).toBeGreaterThan(unhurried.usersPerSecond)
})

test('a finished run is not trained again by resume; a lost report comes back', async () => {
  const before = resultOf(first)
  rmSync(join(first, 'report.html'))
  const { code, stderr } = await run(['resume', first])
  expect(code, stderr).toBe(0)
  expect(stripTimings(resultOf(first))).toEqual(stripTimings(before))
  expect(existsSync(join(first, 'report.html'))).toBe(true)
})

test('Ctrl-C saves, says how to go on and exits 130; going on ends with the same result', async () => {
  const stopped = join(at, 'stopped')
  const argv = [...tiny, '--save-rankings', '--no-cache', '--out', stopped]
  const { code, stderr } = await run(argv, { interruptAt: '[3/4] rrd: epoch 2/' })
  expect(code, stderr).toBe(130)
  const [, command] = /go on with: recdistill (.*)\n$/.exec(stderr) ?? []
  expect(command).toBe(`resume ${stopped}`)
  expect(existsSync(join(stopped, 'results.json'))).toBe(false)
  const resumed = await run(command.split(' '))
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(stripTimings(resultOf(stopped))).toEqual(stripTimings(resultOf(first)))
  const log = readFileSync(join(stopped, 'rrd', 'log.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  expect(log).toHaveLength(6)
  // The run began with the process that was stopped, and took the time of both.
  const { startedAt, models } = resultOf(stopped)
  const logOfRun = readFileSync(join(stopped, 'log.jsonl'), 'utf8').split('\n')
  expect(startedAt).toBe((JSON.parse(logOfRun[0]) as { at: string }).at)
  expect(resultOf(stopped).seconds).toBeGreaterThan(
    models.reduce((sum, model) => sum + model.seconds.steps, 0),
  )
  // The first epoch was run by the process that was stopped; its time is still known, and counted.
  const { curve, seconds } = resultOf(stopped).models.find(({ id }) => id === 'rrd')!
  expect(curve[0].seconds.steps).toBeGreaterThan(0)
  expect(seconds.steps).toBeCloseTo(
    curve.reduce((sum, epoch) => sum + epoch.seconds.steps, 0),
    9,
  )
})

test.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, 1000), /checksum/],
  ['empty', () => Buffer.alloc(0), /not a recdistill/],
  [
    'with one bit turned',
    (bytes: Buffer) =>
      Buffer.concat([bytes.subarray(0, 500), Buffer.of(bytes[500] ^ 1), bytes.subarray(501)]),
    /checksum/,
  ],
  ['of another format version', (bytes: Buffer) => (bytes.writeUInt32LE(9, 8), bytes), /format 9/],
  ['of another kind', () => Buffer.from('words'.repeat(50)), /not a recdistill/],
])('a checkpoint %s is refused by name, with exit code 2', async (_, damage, says) => {
  const broken = join(at, 'broken')
  rmSync(broken, { recursive: true, force: true })
  expect((await run([...tiny, '--methods', 'none', '--no-cache', '--out', broken])).code).toBe(0)
  const path = join(broken, 'scratch', 'last.ckpt')
  writeFileSync(path, damage(readFileSync(path)))
  rmSync(join(broken, 'scratch', 'run.json'))
  const { code, stderr } = await run(['resume', broken])
  const lastLine = stderr.trimEnd().split('\n').at(-1)
  expect(code, stderr).toBe(2)
  expect(lastLine).toMatch(/^recdistill: .*last\.ckpt/)
  expect(lastLine).toMatch(says)
})

test('a checkpoint of another configuration is refused', async () => {
  const changed = join(at, 'changed')
  expect((await run([...tiny, '--methods', 'none', '--no-cache', '--out', changed])).code).toBe(0)
  rmSync(join(changed, 'scratch', 'run.json'))
  const config = readFileSync(join(changed, 'config.yaml'), 'utf8')
  writeFileSync(join(changed, 'config.yaml'), config.replace(/dim: 4\n/, 'dim: 5\n'))
  const { code, stderr } = await run(['resume', changed])
  expect(code).toBe(2)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^recdistill: .*(config|settings|dim)/)
})

test('the real program: version, help, a run', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect(await runBinary(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  const help = await runBinary(['bench', '--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain('--save-rankings')
  const { code, stdout, stderr } = await runBinary([
    ...tiny,
    '--no-cache',
    '--save-rankings',
    '--json',
    '--out',
    join(at, 'real'),
  ])
  expect(code, stderr).toBe(0)
  expect(stripTimings(JSON.parse(stdout) as RunResult)).toEqual(stripTimings(resultOf(first)))
})

test('the real program, interrupted by SIGINT, exits 130 and is resumed; a reader that leaves is no error', async () => {
  const folder = join(at, 'sigint')
  const child = start([
    'bench',
    '--preset',
    'tiny',
    '--epochs',
    '3000',
    '--patience',
    '3000',
    '--methods',
    'none',
    '--no-cache',
    '--out',
    folder,
  ])
  const atFirstEpoch = (text: Buffer) => {
    if (!text.toString().includes('teacher: epoch')) return
    child.stderr?.off('data', atFirstEpoch)
    child.kill('SIGINT')
  }
  child.stderr?.on('data', atFirstEpoch)
  const { code, stderr } = await ended(child)
  expect(code, stderr).toBe(130)
  expect(stderr).toMatch(/recdistill resume .*sigint\n$/)
  expect(readdirSync(join(folder, 'teacher'))).toContain('last.ckpt')
  const head = await runBinary(['list', 'datasets'], { shell: 'exec > >(head -1)' })
  expect(head).toMatchObject({ code: 0, stderr: '' })
})

test('training that meets NaN or infinity exits 3, says where, and leaves no half of a result', async () => {
  const folder = join(at, 'numeric')
  const { code, stderr } = await run([
    ...tiny,
    '--no-cache',
    '--methods',
    'none',
    '--set',
    'teacher.lr=1e38',
    '--out',
    folder,
  ])
  expect(code, stderr).toBe(3)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
    /^recdistill: .*(NaN|infinit|not finite).*lower the learning rate/,
  )
  expect(existsSync(join(folder, 'results.json'))).toBe(false)
})
