#!/usr/bin/env node
// One epoch of every method, MF 400 -> MF 20 on CiteULike-t, ours alone: how long its lists and its steps take.
import { writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createEngine } from '@recdistill/engine'
import { loadMethod, methodNames } from '@recdistill/methods'
import { prepareTensors } from '@recdistill/tensor'
import { loadPairs } from './src/data.mjs'
import { machineCard, revision } from './src/machine.mjs'
import { openMethod } from './src/ours/method-epochs.mjs'
import { teachersOf } from './src/ours/teachers.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const { values: options } = parseArgs({
  options: {
    method: { type: 'string', default: (await methodNames()).join(',') },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    data: { type: 'string', default: join(here, '..', '..', 'shared', 'data') },
    out: { type: 'string', default: join(here, 'results', 'methods.json') },
  },
})

await prepareTensors({ threads: Number(options.threads) })
const world = loadPairs(options.data)
const engine = createEngine({ threads: Number(options.threads) })
const teachers = teachersOf(engine, world)
const measured = {}
console.log(`${world.name}, ${engine.threads} threads`)
for (const name of options.method.split(',')) {
  const method = await loadMethod(name)
  const run = openMethod(engine, world, method, teachers)
  // The first epoch draws what is drawn once and is told apart; the median is of those after it.
  const [first, ...runs] = Array.from({ length: Number(options.rounds) + 1 }, () => run.epoch())
  run.dispose()
  measured[name] = { first, runs, load: loadavg()[0] }
  const [lists, steps, cpu] = ['lists', 'steps', 'cpu'].map((of) => median(runs.map((one) => one[of])))
  console.log(
    [
      name.padEnd(12),
      `lists ${show(lists)}`,
      `steps ${show(steps)}`,
      `cpu ${show(cpu)}`,
      `first ${show(first.lists + first.steps)}`,
    ].join('  '),
  )
  writeFileSync(
    options.out,
    `${JSON.stringify({ schema: 1, revision: revision(), machine: machineCard(), threads: engine.threads, data: world.name, methods: measured }, null, 1)}\n`,
  )
}
engine.dispose()
process.exit(0)

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function show(seconds) {
  return `${(1000 * seconds).toFixed(0).padStart(6)} ms`
}
