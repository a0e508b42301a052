import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, runBinary } from './run.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'recdistill-create-'))
const npm = (args: string[], cwd: string) =>
  execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

test(
  'a created method type-checks, keeps the contract, and runs in the bench by path and by package name',
  { timeout: 240_000 },
  async () => {
    const at = folder()
    const created = await run(['create', 'method', 'my-idea', '--in', at])
    expect(created.code).toBe(0)
    const home = join(at, 'recdistill-method-my-idea')
    expect(created.stdout).toContain('linked into it: @recdistill/losses')
    const checkout = /npm --prefix (\S+) run recdistill -- bench --methods/.exec(created.stdout)?.[1] ?? ''
    expect(JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))).toMatchObject({
      name: 'recdistill-monorepo',
      scripts: { recdistill: expect.any(String) },
    })
    expect(
      JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).peerDependencies['@recdistill/plugin'],
    ).toMatch(/^\^\d/)
    npm(['run', 'build'], home)
    expect(existsSync(join(home, 'dist/my-idea.d.ts'))).toBe(true)
    expect(npm(['test'], home)).toMatch(/Tests +\d+ passed/)
    mkdirSync(join(at, 'node_modules'))
    symlinkSync(home, join(at, 'node_modules/recdistill-method-my-idea'), 'junction')
    for (const reference of [join(home, 'dist/my-idea.js'), 'recdistill-method-my-idea']) {
      const bench = [
        'bench',
        '--preset',
        'tiny',
        '--epochs',
        '2',
        '--no-cache',
        '--json',
        '--methods',
        reference,
      ]
      const { code, stdout, stderr } = await runBinary(bench, { shell: `cd '${at}'` })
      expect(code, stderr).toBe(0)
      const { models } = JSON.parse(stdout) as { models: { label: string }[] }
      expect(models.map(({ label }) => label)).toContain('my-idea')
    }
  },
)

test(
  'a created backbone type-checks, keeps the contract, and is a student by path and by package name',
  { timeout: 240_000 },
  async () => {
    const at = folder()
    const created = await run(['create', 'backbone', 'softmax-mf', '--in', at])
    expect(created.code).toBe(0)
    expect(created.stdout).toContain('linked into it: @recdistill/backbones')
    const home = join(at, 'recdistill-backbone-softmax-mf')
    const guide = readFileSync(new URL('../../../docs/guides/write-a-backbone.md', import.meta.url), 'utf8')
    const code = readFileSync(join(home, 'src/softmax-mf.ts'), 'utf8')
    expect(guide, 'the guide shows what is created').toContain('```ts run\n' + code + '```')
    npm(['run', 'build'], home)
    expect(npm(['test'], home)).toMatch(/Tests +\d+ passed/)
    mkdirSync(join(at, 'node_modules'))
    symlinkSync(home, join(at, 'node_modules/recdistill-backbone-softmax-mf'), 'junction')
    const tiny = ['bench', '--preset', 'tiny', '--epochs', '2', '--no-cache', '--json', '--methods', 'rrd']
    for (const reference of [join(home, 'dist/softmax-mf.js'), 'recdistill-backbone-softmax-mf']) {
      const { code, stdout, stderr } = await runBinary([...tiny, '--student', `${reference}:4`], {
        shell: `cd '${at}'`,
      })
      expect(code, stderr).toBe(0)
      const { models } = JSON.parse(stdout) as { models: { backbone: { name: string } }[] }
      expect(models.map(({ backbone }) => backbone.name)).toEqual(['mf', 'softmax-mf', 'softmax-mf'])
    }
    const { stderr } = await runBinary([...tiny, '--student', 'softmax-mf:4'], { shell: `cd '${at}'` })
    expect(stderr).toContain('unknown backbone "softmax-mf"; did you mean "recdistill-backbone-softmax-mf"?')
  },
)

test('a backbone may not be called as one that is there', async () => {
  const { code, stderr } = await run(['create', 'backbone', 'lightgcn', '--in', folder()])
  expect(stderr).toContain('create backbone: there is a backbone "lightgcn" already')
  expect(code).toBe(2)
})

test.each([
  ['My Idea', 'expected a name of lower case words'],
  ['rrd', 'there is a method "rrd" already'],
  ['../out', 'expected a name of lower case words'],
])('create method %s is refused in one line and leaves nothing', async (name, message) => {
  const at = folder()
  const { code, stderr } = await run(['create', 'method', name, '--in', at])
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(readdirSync(at)).toEqual([])
})

test('what is to be typed next holds for a folder with a space in its name', async () => {
  const at = join(folder(), 'my ideas')
  const { stdout } = await run(['create', 'method', 'spaced', '--in', at])
  const cd = /^test: +(cd .*) && npm test$/m.exec(stdout)?.[1] ?? ''
  expect(execFileSync('sh', ['-c', `${cd} && ls package.json`], { encoding: 'utf8' })).toBe('package.json\n')
})

test('a folder that is there already is not touched', async () => {
  const at = folder()
  await run(['create', 'method', 'twice', '--in', at])
  const { code, stderr } = await run(['create', 'method', 'twice', '--in', at])
  expect(code).toBe(2)
  expect(stderr).toContain('is there already')
})
