#!/usr/bin/env node
// What rounding a student to f16 and int8 costs in quality and saves in bytes, and what fold-in keeps, asked of the runtime itself.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadBackbone } from '@recdistill/backbones'
import { rowOf, unionRows } from '@recdistill/core'
import { prepareSplit } from '@recdistill/data'
import { createEngine } from '@recdistill/engine'
import { evaluate, resolveProtocol } from '@recdistill/metrics'
import { encodeBundle, load } from '@recdistill/serve'
import { train } from '@recdistill/trainer'
import { command, count, out } from './src/command.mjs'
import { machineCard, revision } from './src/machine.mjs'

const options = command('serve-quality', 'How good are lists for people whom the student has never seen?')
  .option('--dataset <name>', 'an embedded data set', 'synthetic:small')
  .option('--dim <n>', 'of the student', count, 20)
  .option('--epochs <n>', 'of the student', count, 60)
  .option('--seeds <n>', 'students', count, 3)
  .option('--grid', 'also every pair of fold-in weights, on the validation part', false)
  .addOption(out())
  .parse()
  .opts()

const protocol = resolveProtocol('strict')
const [lr, weightDecay] = [0.005, 1e-3]

await main()

async function main() {
  const cacheDir = mkdtempSync(join(tmpdir(), 'recdistill-serve-quality-'))
  const engine = createEngine()
  const runs = []
  try {
    const split = await prepareSplit({ dataset: options.dataset }, { cacheDir })
    for (let seed = 0; seed < options.seeds; seed++) runs.push(await measure(split, engine, seed))
    const { manifest } = split
    const result = {
      schema: 1,
      scenario: 'serve-quality',
      startedAt: new Date().toISOString(),
      revision: revision(),
      machine: machineCard(),
      data: { dataset: manifest.dataset, counts: manifest.counts, hash: manifest.hash },
      settings: { dim: options.dim, epochs: options.epochs, lr, weightDecay },
      protocol: protocol.name,
      runs,
    }
    writeFileSync(join(options.out, 'serve-quality.json'), `${JSON.stringify(result, null, 1)}\n`)
  } finally {
    engine.dispose()
    rmSync(cacheDir, { recursive: true, force: true })
  }
}

async function measure(split, engine, seed) {
  const model = trained(split, engine, seed)
  const all = (count) => Uint32Array.from({ length: count }, (_, n) => n)
  const userVectors = model.rowsOf('users', all(split.numUsers)).slice()
  const itemVectors = model.rowsOf('items', all(split.numItems)).slice()
  const parts = {
    users: split.ids?.users ?? Array.from(all(split.numUsers), String),
    items: split.ids?.items ?? Array.from(all(split.numItems), String),
    dim: model.dim,
    userVectors,
    itemVectors,
    seen: unionRows(split.train, split.valid),
  }
  const out = { seed, trainer: evaluate(model, split, protocol, 'test').means }
  for (const precision of ['f32', 'f16', 'int8']) {
    const recommender = await load(encodeBundle({ ...parts, precision }))
    const ranker = rankerOf(recommender, (user, options) => recommender.recommend(parts.users[user], options))
    const means = evaluate(ranker, split, protocol, 'test').means
    const vectors = (split.numUsers + split.numItems) * model.dim * { f32: 4, f16: 2, int8: 1 }[precision]
    const scales = precision === 'int8' ? 4 * (split.numUsers + split.numItems) : 0
    out[precision] = { bytes: recommender.info.bytes, vectorBytes: vectors + scales, means }
    console.log(seed, precision, recommender.info.bytes, show(means))
  }
  const recommender = await load(encodeBundle(parts))
  const foldedIn = (weights, part) => {
    const ranker = rankerOf(recommender, (user, options) => {
      const liked = [...rowOf(split.train, user), ...(part === 'test' ? rowOf(split.valid, user) : [])]
      if (liked.length === 0) return []
      return recommender.recommendFor(
        liked.map((item) => parts.items[item]),
        { ...options, ...weights },
      )
    })
    return evaluate(ranker, split, protocol, part).means
  }
  out.foldIn = foldedIn({}, 'test')
  console.log(seed, 'fold-in', show(out.foldIn))
  if (options.grid) {
    out.grid = []
    for (const unobserved of [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1])
      for (const regularisation of [0.1, 1, 10, 100, 1000]) {
        const means = foldedIn({ unobserved, regularisation }, 'valid')
        out.grid.push({ unobserved, regularisation, means })
        console.log(seed, unobserved, regularisation, show(means))
      }
    console.log('trained users, valid', show(evaluate(model, split, protocol, 'valid').means))
  }
  model.dispose()
  return out
}

function show(means) {
  return ['recall@20', 'ndcg@20'].map((name) => `${name} ${means[name].toFixed(4)}`).join('  ')
}

function trained(split, engine, seed) {
  const training = train({
    split,
    protocol,
    engine,
    backbone: {
      definition: loadBackbone('mf'),
      dim: options.dim,
      params: { init: 0.1, biases: false },
    },
    optimizer: { lr, weightDecay, batch: 1024, negatives: 1 },
    method: null,
    epochs: options.epochs,
    patience: 10,
    validateEvery: 2,
    seed,
    checkpoint: null,
  })
  let next = training.next()
  while (!next.done) next = training.next()
  return next.value.model
}

/** The runtime as a ranker: what `exclude` says is left out by id, as a caller would. */
function rankerOf(recommender, ask) {
  const place = new Map(Array.from(recommender.items, (id, n) => [id, n]))
  return {
    rank(users, k, exclude) {
      const items = new Uint32Array(users.length * k).fill(0xffffffff)
      const scores = new Float32Array(users.length * k).fill(-Infinity)
      users.forEach((user, row) => {
        const out = exclude ? Array.from(rowOf(exclude, user), (item) => recommender.items.at(item)) : []
        ask(user, { k, exclude: out }).forEach(({ item, score }, n) => {
          items[row * k + n] = place.get(item)
          scores[row * k + n] = score
        })
      })
      return { users, k, items, scores }
    },
  }
}
