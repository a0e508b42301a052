import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

// A checkout in a folder with a space, whose npx, pnpm, turbo and command line are small scripts that write down their arguments.
let world = ''
beforeEach(() => {
  world = makeWorld()
})
afterEach(() => rmSync(world, { recursive: true, force: true }))

test('nothing that a build makes is an input of builds, or the second command would build all anew', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const turbo = join(root, 'node_modules', 'turbo', 'bin', 'turbo')
  const plan = spawnSync(process.execPath, [turbo, 'run', 'build', '--dry=json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  expect(plan.status, plan.stderr).toBe(0)
  const { tasks } = JSON.parse(plan.stdout) as {
    tasks: { directory: string; inputs: Record<string, string> }[]
  }
  const inputs = tasks.flatMap(({ directory, inputs }) =>
    Object.keys(inputs).map((file) => `${directory}/${file}`),
  )
  expect(inputs.length).toBeGreaterThan(500)
  const ignored = spawnSync('git', ['check-ignore', '--stdin'], {
    cwd: root,
    encoding: 'utf8',
    input: inputs.join('\n'),
  })
  expect(ignored.stdout).toBe('')
})

describe.skipIf(process.platform === 'win32')('the root scripts', () => {
  test('install once, build, and hand arguments and exit code through', () => {
    const first = start('recdistill', 'list', 'methods', '--set', 'a b')
    expect(first.stdout).toBe('cli ["list","methods","--set","a b"]\n')
    expect(first.status).toBe(0)
    expect(first.stderr).toMatch(/^installing dependencies \.\.\. \d+\.\d s\n$/)
    expect(calls()).toEqual([
      'npx',
      'pnpm install --frozen-lockfile --reporter=append-only',
      'turbo run build',
    ])

    const second = start('recdistill', '--exit', '2')
    expect(second.status).toBe(2)
    expect(second.stderr).toBe('')
    expect(calls().slice(3)).toEqual(['turbo run build'])
  })

  test('install again when the lock file, a manifest or the workspace has changed', () => {
    start('build')
    for (const [file, text] of [
      ['pnpm-lock.yaml', 'lockfileVersion: 9\n'],
      ['packages/one/package.json', '{ "name": "one", "peerDependencies": { "zod": "4" } }'],
      ['pnpm-workspace.yaml', 'packages:\n  - packages/*\n\npmOnFail: ignore\n'],
    ]) {
      const before = installs()
      writeFileSync(join(world, file), text)
      start('build')
      start('build')
      expect(installs(), file).toBe(before + 1)
    }
  })

  test('install again when a dependency has gone', () => {
    writeFileSync(
      join(world, 'packages/one/package.json'),
      '{ "name": "one", "dependencies": { "zod": "4" } }',
    )
    start('build')
    start('build')
    expect(installs()).toBe(2)
    mkdirSync(join(world, 'packages/one/node_modules/zod'), { recursive: true })
    writeFileSync(join(world, 'packages/one/node_modules/zod/package.json'), '{}')
    start('build')
    expect(installs()).toBe(2)
  })

  test('an install that fails shows its log and what to do, and is tried again', () => {
    const failed = start({ FAIL: 'pnpm' }, 'build')
    expect(failed.status).toBe(7)
    expect(failed.stderr).toContain('failed after')
    expect(failed.stderr).toContain('pnpm says no')
    expect(failed.stderr).toContain('is the npm registry reachable?')
    expect(start('build').status).toBe(0)
    expect(installs()).toBe(2)
  })

  test('an install that finds an old lock file says how to renew it', () => {
    const { stderr } = start({ FAIL: 'pnpm', SAYS: 'ERR_PNPM_OUTDATED_LOCKFILE' }, 'build')
    expect(stderr).toMatch(/run: npx -y pnpm@12\.21\.0 install --no-frozen-lockfile\n$/)
  })

  test.each([
    ['npx', 'npm error code EACCES', 'a home folder and a checkout that it may write to'],
    ['pnpm', 'ENOSPC: no space left on device', 'the disk is full'],
  ])('where %s cannot write, that is what the error says', (FAIL, SAYS, cause) => {
    const { status, stderr } = start({ FAIL, SAYS }, 'bench')
    expect(status).toBe(7)
    expect(stderr).toContain(cause)
    expect(stderr).not.toContain('reachable')
  })

  test('a build that fails shows its log and starts no job', () => {
    const failed = start({ FAIL: 'turbo' }, 'bench')
    expect(failed.status).toBe(7)
    expect(failed.stdout).toBe('')
    expect(failed.stderr).toContain('turbo says no')
  })

  test('without npx the error says what is needed', () => {
    const failed = start({ FAIL: 'npx' }, 'bench')
    expect(failed.status).toBe(7)
    expect(failed.stderr).toContain('recdistill: npx could not bring pnpm 12.21.0')
  })

  test('an unknown job is named together with those there are', () => {
    const { status, stderr } = start('bnech')
    expect(status).toBe(2)
    expect(stderr).toMatch(/^recdistill: unknown job "bnech"; there are bench, recdistill, test, .*\n$/)
  })

  test('the command line starts where npm was called', () => {
    const folder = join(world, 'packages')
    const { stdout } = start({ INIT_CWD: folder, npm_lifecycle_event: 'recdistill' }, 'recdistill', '--where')
    expect(stdout).toBe(`${folder}\n`)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s reaches the job, and its exit code comes back',
    async (signal) => {
      start('build')
      const child = spawn(
        process.execPath,
        [join(world, 'tooling/bootstrap/run.mjs'), 'recdistill', '--wait'],
        {
          env: environment(),
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
      let printed = ''
      await new Promise<void>((resolve) =>
        child.stdout.on('data', (text) => {
          printed += text
          if (printed.includes('waiting')) resolve()
        }),
      )
      child.kill(signal)
      const code = await new Promise((resolve) => child.on('close', resolve))
      expect(printed).toBe(`waiting\nsaved after ${signal}\n`)
      expect(code).toBe(3)
    },
  )
})

function start(...args: [Record<string, string>, ...string[]] | string[]) {
  const [extra, ...rest] = typeof args[0] === 'string' ? [{}, ...(args as string[])] : args
  return spawnSync(process.execPath, [join(world, 'tooling/bootstrap/run.mjs'), ...(rest as string[])], {
    cwd: world,
    encoding: 'utf8',
    env: { ...environment(), ...(extra as Record<string, string>) },
  })
}

const calls = () => readFileSync(join(world, 'calls'), 'utf8').trim().split('\n')
const installs = () => calls().filter((call) => call.startsWith('pnpm install')).length

function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return { PATH, HOME, WORLD: world, npm_execpath: join(world, 'npm', 'npm-cli.js') }
}

function makeWorld(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'recdistill-')), 'a check out')
  const bootstrap = fileURLToPath(new URL('.', import.meta.url))
  mkdirSync(folder, { recursive: true })
  cpSync(join(bootstrap, 'run.mjs'), join(folder, 'tooling/bootstrap/run.mjs'))
  cpSync(join(bootstrap, 'src'), join(folder, 'tooling/bootstrap/src'), { recursive: true })
  const write = (file: string, text: string) => {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  write('package.json', '{ "name": "world", "type": "module", "packageManager": "pnpm@12.21.0+sha512.abc" }')
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n')
  write('pnpm-lock.yaml', '')
  write('packages/one/package.json', '{ "name": "one" }')

  const note = `require('fs').appendFileSync(process.env.WORLD + '/calls', `
  const fail = (name: string) =>
    `if (process.env.FAIL === '${name}') { console.error(process.env.SAYS ?? '${name} says no'); process.exit(7) }\n`
  write(
    'npm/npx-cli.js',
    `${note}'npx\\n')\n${fail('npx')}console.log('PATH=/nowhere${delimiter}' + process.env.WORLD + '/pn pm${delimiter}/bin')`,
  )
  write('npm/package.json', '{ "type": "commonjs" }')
  write(
    'pn pm/pnpm',
    `#!/usr/bin/env node\n${note}'pnpm ' + process.argv.slice(2).join(' ') + '\\n')\n${fail('pnpm')}`,
  )
  write('pn pm/package.json', '{ "type": "commonjs" }')
  chmodSync(join(folder, 'pn pm/pnpm'), 0o755)
  write(
    'node_modules/turbo/bin/turbo',
    `${note}'turbo ' + process.argv.slice(2, 4).join(' ') + '\\n')\n${fail('turbo')}`,
  )
  write('node_modules/turbo/package.json', '{ "type": "commonjs" }')
  write(
    'apps/bench/dist/cli.js',
    `const args = process.argv.slice(2)
     if (args[0] === '--where') console.log(process.cwd())
     else if (args[0] === '--exit') process.exitCode = Number(args[1])
     else if (args[0] === '--wait') {
       for (const signal of ['SIGINT', 'SIGTERM'])
         process.once(signal, () => { console.log('saved after ' + signal); process.exit(3) })
       setTimeout(() => {}, 30000)
       console.log('waiting')
     } else console.log('cli ' + JSON.stringify(args))`,
  )
  if (!existsSync(join(folder, 'package.json'))) throw new Error('no world')
  return folder
}
