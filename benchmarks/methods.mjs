#!/usr/bin/env node
// One epoch of every method, MF 400 -> MF 20 on CiteULike-t, ours alone: how long its lists and its steps take.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { createEngine } from '@recdistill/engine'
import { loadMethod, methodNames } from '@recdistill/methods'
import { prepareTensors } from '@recdistill/tensor'
import { command, count, data, list, out, threads } from './src/command.mjs'
import { loadPairs } from './src/data.mjs'
import { machineCard, revision } from './src/machine.mjs'
import { openMethod } from './src/ours/method-epochs.mjs'
import { teachersOf } from './src/ours/teachers.mjs'

const options = command(
  'methods',
  'One epoch of every method, MF 400 to MF 20 on CiteULike-t: how long its lists and its steps take.',
)
  .option('--method <names>', 'with commas (default: all)', list, await methodNames())
  .option('--rounds <n>', 'epochs of each after the first', count, 3)
  .addOption(threads())
  .addOption(data())
  .addOption(out('methods.json'))
  .parse()
  .opts()

await prepareTensors({ threads: options.threads })
const world = loadPairs(options.data)
const engine = createEngine({ threads: options.threads })
const teachers = teachersOf(engine, world)
const measured = {}
console.log(`${world.name}, ${engine.threads} threads`)
for (const name of options.method) {
  const method = await loadMethod(name)
  const run = openMethod(engine, world, method, teachers)
  // The first epoch draws what is drawn once and is told apart; the median is of those after it.
  const [first, ...runs] = Array.from({ length: options.rounds + 1 }, () => run.epoch())
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
