import { NO_ITEM, type Ranker } from '@recdistill/core'
import { openSafetensors, readNpz, readScoredLists, readVectors, tensor } from '@recdistill/formats'
import { load } from '@recdistill/serve'
import { loadFile } from '@recdistill/serve/node'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundleOf, exportModel, type Deployable, type FormatName } from '../src/index.ts'
import { bestItems, facts, seenRows, vectorModel } from './world.ts'

const root = mkdtempSync(join(tmpdir(), 'recdistill-export-'))
const fresh = () => join(mkdtempSync(join(root, 'x')), 'model')
async function exported(model: Deployable, to: FormatName, precision: 'f32' | 'f16' | 'int8' = 'f32') {
  const out = fresh()
  await exportModel(model, { to: [to], out, precision })
  return out
}

test('parquet: vectors and seen items under the ids of the data', async () => {
  const model = vectorModel()
  const out = await exported(model, 'parquet')
  const { dim, users, items } = model.form as Extract<Deployable['form'], { kind: 'vectors' }>
  expect(await readVectors(join(out, 'users.parquet'))).toEqual({ ids: model.users, dim, data: users })
  expect(await readVectors(join(out, 'items.parquet'))).toEqual({ ids: model.items, dim, data: items })
  expect(readdirSync(out).sort()).toEqual([
    'items.parquet',
    'model-card.json',
    'model-card.md',
    'seen.parquet',
    'users.parquet',
  ])
})

test('bundle: the runtime gives the best items', async () => {
  const model = vectorModel()
  const out = await exported(model, 'bundle')
  const recommender = await loadFile(join(out, 'model.recdistill'))
  expect(readFileSync(join(out, 'model-card.md'), 'utf8')).toContain(`await loadFile('model.recdistill')`)
  for (const user of [0, 1, 4, 59]) {
    const found = recommender.recommend(model.users[user], { k: 20 })
    expect(found.map(({ item }) => item)).toEqual(
      bestItems(model, user, 20).items.map((item) => model.items[item]),
    )
  }
  expect(recommender.info).toMatchObject({ meta: { model: 'rrd', dataset: 'example', licence: 'CC0' } })
})

test('recommendations: the best items of every user, as the bundle of that type ranks', async () => {
  const model = vectorModel()
  for (const precision of ['f32', 'int8'] as const) {
    const out = fresh()
    await exportModel(model, { to: ['recommendations'], out, precision, k: 195 })
    const read = await readScoredLists(join(out, 'recommendations.parquet'))
    const recommender = await load(bundleOf(model, precision))
    expect(read.users).toEqual(model.users)
    const lengths = new Set<number>()
    for (const [u, user] of model.users.entries()) {
      const [from, to] = [read.lists.offsets[u], read.lists.offsets[u + 1]]
      const items = Array.from(read.lists.items.subarray(from, to), (place) => read.items[place])
      const scores = read.scores.subarray(from, to)
      expect(items.map((item, n) => ({ item, score: scores[n] }))).toEqual(
        recommender.recommend(user, { k: 195 }),
      )
      if (precision === 'f32')
        expect(items).toEqual(bestItems(model, u, 195).items.map((item) => model.items[item]))
      lengths.add(items.length)
    }
    expect(lengths.size).toBeGreaterThan(3) // some have seen so much that fewer are left
  }
  await expect(exportModel(model, { to: ['recommendations'], out: fresh(), k: 0 })).rejects.toThrow(
    'export: k: expected an integer >= 1, got 0',
  )
})

test('recommendations of a model without vectors are by what ranks as it does', async () => {
  const { users, items, seen, facts } = vectorModel()
  const form = { kind: 'parameters', backbone: 'ease', tensors: {} } as const
  const left = (user: number) => {
    const row = new Set(seen.items.subarray(seen.offsets[user], seen.offsets[user + 1]))
    return Array.from(items.keys()).filter((place) => !row.has(place))
  }
  const ranker: Ranker = {
    rank(asked, k, exclude) {
      expect(exclude).toBe(seen)
      const rows = Array.from(asked, (user) => {
        const best = left(user).reverse()
        return Array.from({ length: k }, (_, n) => best[n] ?? NO_ITEM)
      }).flat()
      return { users: asked, k, items: Uint32Array.from(rows), scores: Float32Array.from(rows) }
    },
  }
  const out = await exported({ users, items, seen, facts, form: { ...form, ranker } }, 'recommendations')
  const read = await readScoredLists(join(out, 'recommendations.parquet'))
  expect(read.users).toEqual(users)
  for (const u of users.keys()) {
    const list = read.lists.items.subarray(read.lists.offsets[u], read.lists.offsets[u + 1])
    const best = left(u)
      .reverse()
      .slice(0, 100)
      .map((place) => items[place])
    expect(Array.from(list, (place) => read.items[place])).toEqual(best)
  }
  await expect(exported({ users, items, seen, facts, form }, 'recommendations')).rejects.toThrow(
    /a score of "ease" is no dot product, and nothing was given that ranks by it \(form\.ranker\)/,
  )
})

test(
  'pgvector: PostgreSQL runs the script, and recommends as the tables say',
  { timeout: 400_000 },
  async () => {
    for (const precision of ['f32', 'f16'] as const) {
      const model = vectorModel({ users: 20, items: 120 })
      const out = await exported(model, 'pgvector', precision)
      const database = await PGlite.create({ extensions: { vector } })
      try {
        const script = readFileSync(join(out, 'pgvector.sql'), 'utf8')
        expect(script).toMatch(/^(--.*\n)+SET client_encoding = 'UTF8';\nBEGIN;/)
        await runScript(database, script)
        const count = await database.query('SELECT count(*)::int AS n FROM recdistill.seen')
        expect(count.rows).toEqual([{ n: model.seen.items.length }])
        for (const exact of [true, false]) {
          await database.exec(`SET enable_indexscan = ${exact ? 'off' : 'on'}; SET hnsw.ef_search = 200`)
          for (const user of [1, 2, 3, 19]) {
            const { rows } = await database.query<{ item: string; score: number }>(
              'SELECT * FROM recdistill.recommend($1, 10)',
              [model.users[user]],
            )
            const best = bestItems(model, user, 10)
            const found = rows.map(({ item }) => model.items.indexOf(item))
            if (precision === 'f32' && exact) expect(found).toEqual(best.items)
            else expect(found.filter((item) => best.items.includes(item)).length).toBeGreaterThanOrEqual(9)
            expect(Math.abs(rows[0].score - best.scores[0])).toBeLessThan(precision === 'f32' ? 1e-4 : 0.05)
          }
        }
        await expect(database.query(`SELECT * FROM recdistill.recommend('nobody', 3)`)).rejects.toThrow(
          /no user nobody/,
        )
        await database.exec('SET enable_seqscan = off')
        const indexed = await database.query<{ 'QUERY PLAN': string }>(
          `EXPLAIN SELECT id FROM recdistill.items ORDER BY embedding <#> (SELECT embedding FROM recdistill.users LIMIT 1) LIMIT 5`,
        )
        expect(indexed.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('items_embedding')
      } finally {
        await database.close()
      }
    }
  },
)

/** As psql does: statements as they are, and what follows a COPY up to `\.` as its rows. */
async function runScript(database: PGlite, script: string): Promise<void> {
  for (const [n, part] of script.split(/^(COPY .* FROM stdin;\n[^]*?)^\\\.\n/m).entries()) {
    if (n % 2 === 0) {
      await database.exec(part)
      continue
    }
    const [command] = part.split('\n', 1)
    const rows = part.slice(command.length + 1)
    await database.query(command.replace('stdin', `'/dev/blob'`).replace(';', ''), [], {
      blob: new Blob([rows]),
    })
  }
}

test('qdrant: bodies of its requests, every point once, and a script that sends them all', async () => {
  const model = vectorModel({ users: 5, items: 2500, dim: 3 })
  for (const [precision, extra] of [
    ['f32', {}],
    ['f16', { datatype: 'float16' }],
    ['int8', {}],
  ] as const) {
    const out = join(await exported(model, 'qdrant', precision), 'qdrant')
    const body = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8')) as Record<string, never>
    expect(body('items.collection.json')).toMatchObject({ vectors: { size: 3, distance: 'Dot', ...extra } })
    expect('quantization_config' in body('items.collection.json')).toBe(precision === 'int8')
    const files = readdirSync(out).filter((name) => name.startsWith('items.points'))
    expect(files.length).toBe(3)
    const points = files.flatMap(
      (name) => body(name).points as { id: number; vector: number[]; payload: { item: string } }[],
    )
    expect(points.map(({ id }) => id)).toEqual(model.items.map((_, n) => n))
    expect(points.map(({ payload }) => payload.item)).toEqual(model.items)
    const users = body('users.points.00000.json').points as { payload: { user: string; seen: number[] } }[]
    expect(users[1].payload).toEqual({
      user: model.users[1],
      seen: Array.from(model.seen.items.subarray(model.seen.offsets[1], model.seen.offsets[2])),
    })
    // each request the script makes, with curl replaced by an echo
    const sent = spawnSync(
      'sh',
      ['-c', 'curl() { for a; do last=$a; done; echo "$*" >&2; test -f "${last#@}"; }; . ./upload.sh'],
      {
        cwd: out,
        env: { ...process.env, QDRANT_API_KEY: 'a key' },
        encoding: 'utf8',
      },
    )
    expect(sent.status, sent.stderr).toBe(0)
    expect(sent.stderr.split('\n').filter((line) => line.includes('-X PUT')).length).toBe(2 + 3 + 1)
    expect(sent.stderr).toContain('-H api-key: a key')
  }
})

test('parameters of a model without vectors go into safetensors and npz, with their names', async () => {
  const tensors = { weights: tensor(Float32Array.of(1, 2, 3, 4), [2, 2]) }
  const model: Deployable = {
    users: ['a'],
    items: ['x', 'y'],
    seen: seenRows({ users: 1, items: 2, seed: 1 }),
    form: { kind: 'parameters', backbone: 'ease', tensors },
    facts: { ...facts({ users: 1, items: 2, dim: 0 }), name: 'ease' },
  }
  const file = openSafetensors(join(await exported(model, 'safetensors'), 'model.safetensors'))
  expect([file.tensor('weights'), file.metadata.backbone]).toEqual([tensors.weights, 'mf'])
  file.close()
  const { weights, item_ids } = await readNpz(join(await exported(model, 'npz'), 'model.npz'))
  expect([weights, item_ids]).toEqual([tensors.weights, ['x', 'y']])
  for (const to of ['bundle', 'parquet', 'pgvector', 'qdrant', 'onnx'] as const)
    await expect(exported(model, to)).rejects.toThrow(
      /a score of "ease" is no dot product.*export it to safetensors, npz, recommendations$/,
    )
  await expect(exported(model, 'npz', 'int8')).rejects.toThrow(/parameters of "ease" are exported as f32/)
})
