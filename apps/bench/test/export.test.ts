import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NO_ITEM, type Split } from '@recdistill/core'
import { backbones } from '@recdistill/backbones'
import { prepareSplit } from '@recdistill/data'
import { createEngine } from '@recdistill/engine'
import type { ModelCard } from '@recdistill/export'
import { openSafetensors, readVectors } from '@recdistill/formats'
import type { Model } from '@recdistill/plugin'
import { load } from '@recdistill/serve'
import { loadModel } from '@recdistill/trainer'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cache, freshFolder, run, runBinary } from './run.ts'

const at = freshFolder()
const folder = join(at, 'run')
const k = 20
const engine = createEngine({ threads: 1 })
let split: Split

beforeAll(async () => {
  const { code, stderr } = await run([
    ...['bench', '--preset', 'tiny', '--epochs', '4', '--baselines', 'neumf,ease', '--seeds', '0,1'],
    ...['--out', folder],
  ])
  expect(code, stderr).toBe(0)
  split = await prepareSplit({ dataset: 'synthetic:tiny' }, { cacheDir: cache })
})
afterAll(() => engine.dispose())

const cardIn = (out: string) => JSON.parse(readFileSync(join(out, 'model-card.json'), 'utf8')) as ModelCard
const trained = (name: string): Model =>
  loadModel({ checkpoint: join(folder, name, 'best.ckpt'), split, engine, definitions: backbones })
const everyone = () => Uint32Array.from({ length: split.numUsers }, (_, user) => user)

/** Places of the best items of every user, by the graph. */
async function rankedByGraph(out: string): Promise<{ items: number[]; scores: number[] }> {
  const session = await InferenceSession.create(join(out, 'model.onnx'), { intraOpNumThreads: 1 })
  const found = await session.run({
    user: new Tensor('int64', BigInt64Array.from(everyone(), BigInt), [split.numUsers]),
    k: new Tensor('int64', BigInt64Array.of(BigInt(k)), [1]),
    excluded: new Tensor('int64', new BigInt64Array(0), [0, 2]),
  })
  return {
    items: Array.from(found.items.data as BigInt64Array, Number),
    scores: Array.from(found.scores.data as Float32Array),
  }
}

/** The same items in the same places, but where two scores are nearer to each other than the order of sums can tell. */
function expectSameRanking(model: Model, found: { items: number[]; scores: number[] }) {
  const expected = model.rank(everyone(), k, split.train)
  let other = 0
  for (let n = 0; n < expected.items.length; n++) {
    expect(found.items[n] === -1).toBe(expected.items[n] === NO_ITEM)
    if (found.items[n] === -1) continue
    expect(Math.abs(found.scores[n] - expected.scores[n])).toBeLessThan(
      1e-5 * (1 + Math.abs(expected.scores[n])),
    )
    if (found.items[n] !== expected.items[n]) other++
  }
  expect(other / expected.items.length).toBeLessThan(1e-3)
}

test('every format at once, of the distilled student that validates best', async () => {
  const out = join(at, 'all')
  const { code, stdout, stderr } = await run(['export', folder, '--to', 'all', '--out', out])
  expect(code, stderr).toBe(0)
  const card = cardIn(out)
  const students = ['rrd', 'rce-kd', 'rrd-seed1', 'rce-kd-seed1'].map(
    (name) =>
      JSON.parse(readFileSync(join(folder, name, 'run.json'), 'utf8')) as {
        id: string
        valid: Record<string, number>
      },
  )
  const { select } = card.protocol
  const best = students.reduce((a, b) => (b.valid[select] > a.valid[select] ? b : a))
  expect(card.name).toBe(best.id)
  expect(stdout).toContain(`${best.id}, the best distilled student on the validation part`)
  expect(card.metrics.seeds.map(({ seed }) => seed).sort()).toEqual([0, 1])
  expect(card.data.hash).toBe(split.manifest.hash)
  expect(card.data.terms?.licence).toBe('none needed: generated')
  expect(card.teacher?.backbone.dim).toBeGreaterThan(card.model.backbone.dim)
  for (const file of [
    'model.safetensors',
    'model.npz',
    'model.onnx',
    'users.parquet',
    'items.parquet',
    'seen.parquet',
    'pgvector.sql',
    'qdrant/upload.sh',
    'model.recdistill',
    'recommendations.parquet',
    'users.json',
    'items.json',
    'model-card.md',
  ])
    expect(existsSync(join(out, file)), file).toBe(true)

  const model = trained(best.id.replace('#', '-seed'))
  try {
    expectSameRanking(model, await rankedByGraph(out))
    const rows = model.rowsOf(
      'items',
      Uint32Array.from({ length: split.numItems }, (_, n) => n),
    )
    const file = openSafetensors(join(out, 'model.safetensors'))
    expect(file.rows('items')).toEqual(rows)
    file.close()
    expect((await readVectors(join(out, 'items.parquet'))).data).toEqual(rows)
    const ids = split.ids ?? {
      users: everyone().reduce<string[]>((all, u) => [...all, String(u)], []),
      items: Array.from({ length: split.numItems }, (_, n) => String(n)),
    }
    expect(JSON.parse(readFileSync(join(out, 'items.json'), 'utf8'))).toEqual(ids.items)

    const recommender = await load(new Uint8Array(readFileSync(join(out, 'model.recdistill'))))
    const expected = model.rank(everyone(), k, split.train)
    for (const user of everyone()) {
      const found = recommender.recommend(ids.users[user], { k })
      const own = (n: number) => user * k + n
      const count = found.length
      expect(found.map(({ item }) => item)).toEqual(
        Array.from({ length: count }, (_, n) => ids.items[expected.items[own(n)]]),
      )
      // bit for bit
      expect(found.map(({ score }) => score)).toEqual(
        Array.from(expected.scores.subarray(own(0), own(count))),
      )
      expect(count === k || expected.items[own(count)] === NO_ITEM).toBe(true)
    }
  } finally {
    model.dispose()
  }
})

test('a student without a teacher that validates better is named, and the distilled one exported', async () => {
  const copy = join(at, 'alone')
  cpSync(folder, copy, { recursive: true })
  const file = join(copy, 'scratch-seed1', 'run.json')
  const record = JSON.parse(readFileSync(file, 'utf8')) as { valid: Record<string, number> }
  const { select } = cardIn(join(at, 'all')).protocol
  const exported = (valid: number, ...more: string[]) => {
    writeFileSync(file, JSON.stringify({ ...record, valid: { ...record.valid, [select]: valid } }))
    return run(['export', copy, '--to', 'npz', '--force', ...more])
  }
  const better = await exported(0.987)
  expect(better.stdout).toContain('the best distilled student on the validation part')
  expect(better.stderr).toMatch(
    /^scratch#1, a student without a teacher, validated better: ndcg@10 0\.987 against 0\.\d+; --model 'scratch#1' exports it\n$/,
  )
  expect((await exported(0.987, '--model', 'rrd')).stderr).toBe('')
  writeFileSync(join(copy, 'scratch', 'run.json'), readFileSync(file, 'utf8').replace('0.987', '0'))
  expect((await exported(0)).stderr).toBe('')
})

test('models without vectors: NeuMF as a graph, EASE as parameters, and a line that names what works', async () => {
  const neumf = join(at, 'neumf')
  const both = await run(['export', folder, '--to', 'onnx,safetensors', '--model', 'neumf', '--out', neumf])
  expect(both.code, both.stderr).toBe(0)
  const model = trained('neumf')
  try {
    expectSameRanking(model, await rankedByGraph(neumf))
  } finally {
    model.dispose()
  }
  const file = openSafetensors(join(neumf, 'model.safetensors'))
  expect(file.names).toContain('hidden 1')
  expect(file.shapeOf('mlp users')[0]).toBe(split.numUsers)
  file.close()

  const all = await run(['export', folder, '--to', 'all', '--model', 'ease', '--out', join(at, 'ease')])
  expect(all.code, all.stderr).toBe(0)
  expect(all.stdout).toContain(
    'left out, as they do not hold this model as f32: onnx, parquet, pgvector, qdrant, bundle',
  )
  expect(readdirSync(join(at, 'ease'))).toContain('model.npz')

  const { code, stderr } = await run(['export', folder, '--to', 'bundle', '--model', 'ease'])
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /a score of "ease" is no dot product of any; export it to safetensors, npz, recommendations\n$/,
  )
})

test.each(['rrd', 'ease'])(
  'recommendations of %s, a table that evaluate reads, measure as the model did',
  async (model) => {
    const out = join(at, `recommendations of ${model}`)
    const asked = ['--model', model, '--to', 'recommendations', '--k', '30', '--seen', 'train,valid']
    const { code, stderr } = await run(['export', folder, ...asked, '--out', out])
    expect(code, stderr).toBe(0)
    const rankings = join(out, 'recommendations.parquet')
    const measured = await run([
      ...['evaluate', '--dataset', 'synthetic:tiny', '--rankings', rankings, '--json'],
    ])
    expect(measured.code, measured.stderr).toBe(0)
    const { means } = JSON.parse(measured.stdout) as { means: Record<string, number> }
    const { test } = cardIn(out).metrics
    for (const name of ['ndcg@10', 'recall@20']) expect(means[name]).toBeCloseTo(test[name], 5)
  },
)

test('fewer bits a number: measured by the protocol of the run, in a folder of its own', async () => {
  const { code, stdout, stderr } = await run([
    'export',
    folder,
    '--to',
    'bundle',
    '--dtype',
    'int8',
    '--model',
    'rrd',
  ])
  expect(code, stderr).toBe(0)
  const out = join(folder, 'export', 'rrd-bundle-int8')
  const { precision, metrics, model, protocol } = cardIn(out)
  expect(precision.dtype).toBe('int8')
  expect(precision.rounding!.kept.overlap).toBeGreaterThan(0.8)
  const lost = metrics.test[protocol.select] - precision.rounding!.measured!.test[protocol.select]
  expect(Math.abs(lost)).toBeLessThan(0.05)
  expect(stdout).toMatch(/as int8: test ndcg@10 0\.\d+/)
  expect(model.bytes).toBe((split.numUsers + split.numItems) * (model.backbone.dim + 4))
  const json = await run([
    'export',
    folder,
    '--to',
    'bundle',
    '--dtype',
    'int8',
    '--model',
    'rrd',
    '--force',
    '--json',
  ])
  expect(JSON.parse(json.stdout)).toEqual(cardIn(out))
})

test('of a compression, the student that it chose, in the type that it chose', async () => {
  const compression = join(at, 'compression')
  cpSync(folder, join(compression, 'student'), { recursive: true })
  writeFileSync(join(compression, 'compress.json'), '{}')
  writeFileSync(
    join(compression, 'results.json'),
    JSON.stringify({ chosen: { model: 'scratch', precision: 'int8' } }),
  )
  const refused = await run(['export', compression, '--to', 'pgvector', '--out', join(at, 'refused')])
  expect(refused.stderr).toMatch(
    /--dtype int8: pgvector holds f32 or f16; .*; int8 is what the compression chose, and/,
  )
  const out = join(at, 'chosen')
  const { code, stdout, stderr } = await run(['export', compression, '--to', 'bundle', '--out', out])
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('scratch, which the compression chose')
  expect(cardIn(out)).toMatchObject({ name: 'scratch', precision: { dtype: 'int8' } })
})

test('what is left out of lists is a choice', async () => {
  const out = join(at, 'seen')
  await run(['export', folder, '--to', 'safetensors', '--seen', 'train,valid,test', '--out', out])
  const file = openSafetensors(join(out, 'model.safetensors'))
  const { counts } = split.manifest
  expect(file.shapeOf('seen_items')).toEqual([counts.train + counts.valid + counts.test])
  file.close()
  await run(['export', folder, '--to', 'safetensors', '--seen', 'none', '--out', out, '--force'])
  const none = openSafetensors(join(out, 'model.safetensors'))
  expect(none.shapeOf('seen_items')).toEqual([0])
  none.close()
})

test('the built command line exports what it has trained', { timeout: 120_000 }, async () => {
  const out = join(at, 'built')
  const { code, stdout, stderr } = await runBinary(['export', folder, '--to', 'all', '--out', out])
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('model.recdistill')
  expect(cardIn(out).files.length).toBeGreaterThan(10)
})
