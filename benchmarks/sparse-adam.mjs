#!/usr/bin/env node
// Steps of BPR on tables of many rows: Adam on all of them, and on those of the batch alone, by turns.
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { createRng } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { command, count, out, threads } from './src/command.mjs'
import { machineCard, revision } from './src/machine.mjs'

const options = command(
  'sparse-adam',
  'Steps of BPR on tables of many rows: Adam on all of them, and on those of the batch alone.',
)
  .option('--users <n>', 'rows of users', count, 1000000)
  .option('--items <n>', 'rows of items', count, 200000)
  .option('--dim <n>', 'numbers of a row', count, 32)
  .option('--batch <n>', 'pairs of a step', count, 2048)
  .option('--steps <n>', 'of a round', count, 100)
  .option('--rounds <n>', 'of each, by turns', count, 5)
  .addOption(threads())
  .addOption(out('sparse-adam.json'))
  .parse()
  .opts()
const { out: file, ...size } = options
const engine = createEngine({ threads: size.threads })
const contenders = [false, true].map((sparse) => ({ sparse, ...open(sparse), runs: [] }))

const [all, touched] = contenders.map(({ step }) => step(0))
if (all !== touched) throw new Error(`the first step loses ${all} and ${touched}: not the same work`)
for (let round = -1; round < size.rounds; round++)
  for (const { step, settle, runs } of round % 2 === 0 ? contenders : contenders.toReversed()) {
    const [wall, cpu] = [performance.now(), process.cpuUsage()]
    for (let n = 0; n < size.steps; n++) step(n)
    settle()
    const { user, system } = process.cpuUsage(cpu)
    // the first round is for warming up
    if (round >= 0)
      runs.push({ wall: (performance.now() - wall) / size.steps, cpu: (user + system) / 1000 / size.steps })
  }
const results = Object.fromEntries(
  contenders.map(({ sparse, runs }) => {
    const [wall, cpu] = ['wall', 'cpu'].map((of) => median(runs.map((run) => run[of])))
    const name = sparse ? 'rows of the batch' : 'all rows'
    console.log(`${name.padEnd(18)} ${wall.toFixed(2)} ms a step, ${cpu.toFixed(2)} of processor time`)
    return [name, { wall, cpu, runs }]
  }),
)
const record = { schema: 1, revision: revision(), machine: machineCard(), load: loadavg()[0], size, results }
writeFileSync(file, `${JSON.stringify(record, null, 1)}\n`)
engine.dispose()
process.exit(0)

/** Two tables, and batches of an epoch of `steps` of them; the same for both. */
function open(sparse) {
  const rng = createRng(1)
  const table = (name, rows) => {
    const made = engine.table(`${name} ${sparse}`, rows, size.dim, { trainable: true })
    engine.write(
      made,
      Float32Array.from({ length: rows * size.dim }, () => 0.1 * (rng.float() - 0.5)),
    )
    return made
  }
  const [user, item] = [table('users', size.users), table('items', size.items)]
  const ids = (below) => Uint32Array.from({ length: size.batch }, () => rng.int(below))
  const batches = Array.from({ length: size.steps }, () => [
    ids(size.users),
    ids(size.items),
    ids(size.items),
  ])
  return {
    step(n) {
      const loss = engine.bpr(user, item, ...batches[n], 1)
      engine.adam([user, item], { lr: 1e-3, weightDecay: 1e-3, sparse })
      return loss
    },
    /** Steps that were put off are part of the work. */
    settle() {
      for (const one of [user, item]) engine.read(one)
    },
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
