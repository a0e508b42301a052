#!/usr/bin/env node
// One user over the catalogue, top k: @recdistill/serve with and without SIMD beside a plain loop and brute force of vector libraries.
import { createRequire } from 'node:module'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRng } from '@recdistill/core'
import { encodeBundle, load } from '@recdistill/serve'
import { Option } from 'commander'
import { command, count, out } from './src/command.mjs'
import { machineCard, revision } from './src/machine.mjs'
import { median } from './src/statistics.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const options = command(
  'serve',
  'One user over the catalogue, top k: ours, a plain loop and vector libraries.',
)
  .option('--items <n>', 'of the catalogue', count, 100000)
  .option('--dim <n>', 'length of the vectors', count, 32)
  .option('--k <n>', 'length of the lists', count, 20)
  .option('--rounds <n>', 'times that every contender answers the queries, by turns', count, 15)
  .option('--queries <n>', 'users asked for in a round, one after the other', count, 40)
  .addOption(
    new Option(
      '--peers <dir>',
      'where hnswlib-node and usearch are installed; what is not there is left out',
    ).default(join(here, 'peers/vectors'), 'benchmarks/peers/vectors'),
  )
  .addOption(out())
  .parse()
  .opts()

/** Different ones to ask for. */
const users = 200

await main()

async function main() {
  const { items, dim, k, rounds, queries } = options
  const world = makeWorld(items, dim)
  const contenders = await openContenders(world, k)
  const expected = contenders[0].ask(0)
  for (const contender of contenders) contender.agreement = agreementOf(contenders[0], contender, queries)
  const wrong = contenders.find(({ agreement, exact }) => exact && agreement < 0.999)
  if (wrong) throw new Error(`${wrong.name} gives other items: ${wrong.agreement} of them agree`)
  if (expected.length !== k) throw new Error('too few items came')

  console.log(`${items} items x ${dim}, top ${k}; load ${loadavg()[0].toFixed(1)}`)
  for (let round = -3; round < rounds; round++)
    for (let n = 0; n < contenders.length; n++) {
      const contender = contenders[(n + round + 3) % contenders.length]
      await new Promise((resolve) => setTimeout(resolve, 5))
      const run = timed(contender, queries)
      if (round >= 0) contender.runs.push(run)
    }
  const measured = contenders.map(({ name, agreement, bytes, runs }) => {
    const all = runs.flatMap(({ wall }) => wall)
    return [
      name,
      {
        agreement,
        bytes,
        medianMs: median(all),
        bestMs: Math.min(...all),
        cpuMs: median(runs.map(({ cpu }) => cpu)),
        runs,
      },
    ]
  })
  for (const [name, { medianMs, bestMs, cpuMs, agreement, bytes }] of measured)
    console.log(
      `${name.padEnd(36)} median ${medianMs.toFixed(3)}  best ${bestMs.toFixed(3)}  cpu ${cpuMs.toFixed(3)} ms  same items ${(100 * agreement).toFixed(2)} %  ${bytes ?? ''}`,
    )
  mkdirSync(options.out, { recursive: true })
  const result = {
    schema: 1,
    scenario: 'serve-one-user',
    startedAt: new Date().toISOString(),
    revision: revision(),
    machine: machineCard(),
    settings: { items, dim, k, rounds, queries },
    contenders: Object.fromEntries(measured),
  }
  writeFileSync(join(options.out, 'serve-one-user.json'), `${JSON.stringify(result)}\n`)
}

/** Milliseconds of every query, and of processor time over all threads for one. */
function timed({ ask }, queries) {
  const wall = []
  const before = process.cpuUsage()
  for (let user = 0; user < queries; user++) {
    const start = performance.now()
    ask(user)
    wall.push(Math.round(1e4 * (performance.now() - start)) / 1e4)
  }
  const { user, system } = process.cpuUsage(before)
  return { wall, cpu: (user + system) / 1000 / queries }
}

function makeWorld(items, dim) {
  const rng = createRng(5)
  const normal = (name, length) => {
    const stream = rng.fork(name)
    return Float32Array.from({ length }, () => stream.normal())
  }
  return { items, dim, userVectors: normal('users', users * dim), itemVectors: normal('items', items * dim) }
}

/** Share of the first contender's items that another gives too. */
function agreementOf(first, other, queries) {
  let same = 0
  let all = 0
  for (let user = 0; user < queries; user++) {
    const given = new Set(other.ask(user))
    for (const item of first.ask(user)) {
      all++
      if (given.has(item)) same++
    }
  }
  return same / all
}

async function openContenders(world, k) {
  const { items, dim, userVectors, itemVectors } = world
  const parts = {
    users: Array.from({ length: users }, (_, n) => `user ${n}`),
    items: Array.from({ length: items }, (_, n) => String(n)),
    dim,
    userVectors,
    itemVectors,
  }
  const contenders = []
  for (const precision of ['f32', 'f16', 'int8']) {
    const bundle = encodeBundle({ ...parts, precision })
    for (const simd of ['relaxed', 'simd', 'none']) {
      const recommender = await load(bundle, { simd })
      const ask = (user) => recommender.recommend(`user ${user}`, { k }).map(({ item }) => Number(item))
      contenders.push({
        name: `serve, ${precision}, ${simd}`,
        bytes: bundle.length,
        exact: precision === 'f32',
        ask,
        runs: [],
      })
    }
  }
  const bytes = itemVectors.byteLength
  contenders.push({ name: 'plain loop', bytes, exact: true, ask: plainLoop(world, k), runs: [] })
  for (const [name, open] of Object.entries({ 'hnswlib-node': openHnswlib, usearch: openUsearch })) {
    const library = installed(name)
    if (library === null) continue
    contenders.push({
      name: `${name} ${library.version}, brute force`,
      bytes,
      exact: true,
      ask: open(library.module, world, k),
      runs: [],
    })
  }
  return contenders
}

/** As anyone would write it: a score for every item, the k best kept in order. */
function plainLoop({ items, dim, userVectors, itemVectors }, k) {
  return (user) => {
    const best = []
    let worst = -Infinity
    for (let item = 0; item < items; item++) {
      let score = 0
      for (let d = 0; d < dim; d++) score += userVectors[user * dim + d] * itemVectors[item * dim + d]
      if (best.length === k && score <= worst) continue
      let at = best.length
      while (at > 0 && best[at - 1].score < score) at--
      best.splice(at, 0, { item, score })
      if (best.length > k) best.pop()
      worst = best[best.length - 1].score
    }
    return best.map(({ item }) => item)
  }
}

function openHnswlib({ BruteforceSearch }, { items, dim, userVectors, itemVectors }, k) {
  const index = new BruteforceSearch('ip', dim)
  index.initIndex(items)
  for (let item = 0; item < items; item++)
    index.addPoint([...itemVectors.subarray(item * dim, (item + 1) * dim)], item)
  const vectors = Array.from({ length: users }, (_, n) => [...userVectors.subarray(n * dim, (n + 1) * dim)])
  return (user) => index.searchKnn(vectors[user], k).neighbors
}

function openUsearch({ exactSearch, MetricKind }, { dim, userVectors, itemVectors }, k) {
  return (user) => {
    const query = userVectors.slice(user * dim, (user + 1) * dim) // it reads a view from its buffer on
    return Array.from(exactSearch(itemVectors, query, dim, k, MetricKind.IP, 1).keys, Number)
  }
}

function installed(name) {
  const require = createRequire(join(options.peers, 'package.json'))
  try {
    const { version } = JSON.parse(readFileSync(join(options.peers, 'node_modules', name, 'package.json')))
    return { module: require(name), version }
  } catch (error) {
    console.log(`${name} is left out: ${error.message.split('\n')[0]}`)
    return null
  }
}
