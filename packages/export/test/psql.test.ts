import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exportModel, type Deployable } from '../src/index.ts'
import { bestItems, vectorModel } from './world.ts'

/** Where a server lies that is not on the PATH: the folder of `initdb`, `pg_ctl` and `psql`. */
const path = [process.env.POSTGRES_BIN, process.env.PATH].filter(Boolean).join(delimiter)
const env: NodeJS.ProcessEnv = { ...process.env, PATH: path, HOME: tmpdir(), LC_ALL: 'C.UTF-8' }
const missing = whatIsMissing()

describe.skipIf(missing !== null)(`PostgreSQL${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  // Not in the tests' own folder: another user has to reach it, and the path of a socket is short.
  // What `describe` holds runs where its tests are skipped, too.
  const folder = missing === null ? mkdtempSync('/tmp/recdistill-psql-') : ''
  const database = `postgresql://someone@/postgres?host=${folder}`
  // PostgreSQL refuses to run as root.
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const server = (command: string, ...args: string[]) =>
    execFileSync(command, args, { env, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], ...nobody })
  const psql = (...args: string[]) =>
    spawnSync('psql', [database, '--no-psqlrc', '--tuples-only', '--no-align', ...args], {
      env,
      encoding: 'utf8',
    })

  beforeAll(() => {
    chmodSync(folder, 0o700)
    if (nobody.uid !== undefined) chownSync(folder, nobody.uid, nobody.gid)
    server('initdb', '-D', join(folder, 'data'), '-U', 'someone', '-A', 'trust', '-E', 'UTF8', '--no-sync')
    const options = `-k ${folder} -c listen_addresses='' -c fsync=off`
    server('pg_ctl', '-D', join(folder, 'data'), '-w', '-l', join(folder, 'log'), '-o', options, 'start')
  }, 120_000)

  afterAll(() => {
    server('pg_ctl', '-D', join(folder, 'data'), '-m', 'immediate', 'stop')
    rmSync(folder, { recursive: true })
  })

  test.for(['f32', 'f16'] as const)(
    'psql runs the script, and lists are full and right, in %s',
    { timeout: 120_000 },
    async (precision) => {
      const model = muchSeen(vectorModel({ users: 30, items: 3000 }))
      const out = join(mkdtempSync(join(tmpdir(), 'recdistill-psql-')), 'model')
      await exportModel(model, { to: ['pgvector'], out, precision })
      const script = ['--set', 'ON_ERROR_STOP=1', '--quiet', '--file', join(out, 'pgvector.sql')]
      env.PGCLIENTENCODING = 'LATIN1' // as a person may have it: the script says what it is written in
      expect(psql(...script)).toMatchObject({ stderr: '', status: 0 })
      delete env.PGCLIENTENCODING
      expect(psql(...script).stderr).toContain('schema "recdistill" already exists')

      let hits = 0
      for (const [user, id] of model.users.entries()) {
        const { stdout } = psql(
          '--command',
          `SELECT item FROM recdistill.recommend('${id.replaceAll("'", "''")}', 20)`,
          '--record-separator-zero',
        )
        const found = stdout
          .replace(/\n$/, '')
          .split('\0')
          .filter((item) => item !== '')
        expect(found.length, id).toBe(20)
        const best = bestItems(model, user, 20).items.map((item) => model.items[item])
        hits += found.filter((item) => best.includes(item)).length
      }
      expect(hits / (20 * model.users.length)).toBeGreaterThan(0.98)
      const drop = psql('--quiet', '--command', 'DROP SCHEMA recdistill CASCADE; DROP EXTENSION vector')
      expect(drop.status).toBe(0)
    },
  )
})

/** User 1 has seen the 600 best. */
function muchSeen(model: ReturnType<typeof vectorModel>): Deployable {
  const { offsets, items } = model.seen
  const best = Uint32Array.from(bestItems(model, 1, 600).items).sort()
  return {
    ...model,
    seen: {
      offsets: offsets.map((at, row) => (row < 2 ? at : at - (offsets[2] - offsets[1]) + best.length)),
      items: Uint32Array.from([...items.subarray(0, offsets[1]), ...best, ...items.subarray(offsets[2])]),
    },
  }
}

function whatIsMissing(): string | null {
  for (const command of ['initdb', 'pg_ctl', 'psql', 'pg_config'])
    if (spawnSync(command, ['--version'], { env }).status !== 0)
      return `no ${command} on the PATH or in POSTGRES_BIN`
  const shared = execFileSync('pg_config', ['--sharedir'], { env, encoding: 'utf8' }).trim()
  return existsSync(join(shared, 'extension', 'vector.control')) ? null : `no pgvector in ${shared}/extension`
}
