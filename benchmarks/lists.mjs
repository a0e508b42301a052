#!/usr/bin/env node
// Epochs of a method whose lists the engine draws by their laws, beside epochs whose programs draw them, by turns. The losses
// must be the same numbers: the same lists were drawn.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { createEngine } from '@recdistill/engine'
import { loadMethod } from '@recdistill/methods'
import { prepareTensors } from '@recdistill/tensor'
import { command, count, data, list, out, threads } from './src/command.mjs'
import { loadPairs } from './src/data.mjs'
import { machineCard, revision } from './src/machine.mjs'
import { openMethod } from './src/ours/method-epochs.mjs'
import { teachersOf } from './src/ours/teachers.mjs'

const options = command(
  'lists',
  'Epochs of methods whose lists the engine draws by their laws, beside epochs whose programs draw them.',
)
  .option('--method <names>', 'with commas', list, list('rce-kd,rrd,cd,dcd'))
  .option('--rounds <n>', 'epochs of each, by turns', count, 5)
  .option(
    '--defaults',
    'the methods’ own defaults instead of their authors’ settings for this data: DCD is the original then, not the port',
    false,
  )
  .addOption(threads())
  .addOption(data())
  .addOption(out('lists.json'))
  .parse()
  .opts()

await prepareTensors()
const world = loadPairs(options.data)
const engine = createEngine({ threads: options.threads })
const teachers = teachersOf(engine, world)
const engines = { programs: { ...engine, draws: undefined }, laws: engine }
const measured = {}
console.log(`${world.name}, ${engine.threads} threads; medians in ms`)
for (const name of options.method) {
  const found = await loadMethod(name)
  const method = options.defaults ? { ...found, presets: [] } : found
  const contenders = Object.entries(engines).map(([by, one]) => ({
    by,
    run: openMethod(one, world, method, teachers),
    epochs: [],
  }))
  // the first two epochs draw what is drawn once, and have no earlier ranking to start from
  for (let round = -2; round < options.rounds; round++) {
    const done = contenders.map((one) => ({ one, epoch: one.run.epoch() }))
    const losses = new Set(done.map(({ epoch }) => JSON.stringify(epoch.loss)))
    if (losses.size !== 1) throw new Error(`${name}: losses differ: ${[...losses].join(' and ')}`)
    if (round >= 0) for (const { one, epoch } of done) one.epochs.push(epoch)
    contenders.reverse()
  }
  measured[name] = { load: loadavg()[0] }
  for (const { by, run, epochs } of contenders.sort((a, b) => b.by.localeCompare(a.by))) {
    run.dispose()
    measured[name][by] = epochs
    const show = (of) => (1000 * median(epochs.map((one) => one[of]))).toFixed(0).padStart(6)
    console.log(
      `${name.padEnd(8)} by ${by.padEnd(8)}  lists ${show('lists')}  steps ${show('steps')}  cpu of both ${show('cpu')}`,
    )
  }
}
const card = { revision: revision(), machine: machineCard(), threads: engine.threads, data: world.name }
writeFileSync(options.out, `${JSON.stringify({ schema: 1, ...card, methods: measured }, null, 1)}\n`)
engine.dispose()
process.exit(0)

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1]
}
