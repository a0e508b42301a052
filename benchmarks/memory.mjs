#!/usr/bin/env node
// Peak memory and seconds per epoch of a full RCE-KD run on Gowalla, MF 300 -> MF 20. `--help` says how.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machineCard, revision } from './src/machine.mjs'
import { median } from './src/statistics.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)

const help = `node benchmarks/memory.mjs [options]
  --epochs N           epochs of the student   (5)
  --teacher-epochs N   epochs of the teacher before it   (2)
  --threads N          (all cores)
  --data DIR           folder that holds gowalla/train.tsv.gz and test.tsv.gz   (../shared/data beside the repository)
  --out DIR            where memory.json is written   (benchmarks/results)
  --no-build           take the packages as they were built last`

const { values: options } = parseArgs({
  options: {
    epochs: { type: 'string', default: '5' },
    'teacher-epochs': { type: 'string', default: '2' },
    threads: { type: 'string', default: String(availableParallelism()) },
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    out: { type: 'string', default: join(here, 'results') },
    'no-build': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const limitMiB = 1536

if (options.help) console.log(help)
else main()

function main() {
  const folder = join(options.data, 'gowalla')
  if (!existsSync(join(folder, 'train.tsv.gz'))) {
    console.error(`memory: no gowalla/train.tsv.gz in ${options.data}; say where with --data`)
    process.exitCode = 2
    return
  }
  if (!options['no-build']) node([join(root, 'tooling/bootstrap/run.mjs'), 'build'], 'inherit')
  const settings = {
    epochs: Number(options.epochs),
    teacherEpochs: Number(options['teacher-epochs']),
    threads: Number(options.threads),
  }
  const run = JSON.parse(
    node([join(here, 'src/ours/memory-run.mjs'), JSON.stringify({ folder, ...settings })], 'pipe'),
  )
  const result = {
    schema: 1,
    scenario: 'memory',
    startedAt: new Date().toISOString(),
    revision: revision(),
    machine: machineCard(),
    settings,
    limitMiB,
    ...run,
  }
  mkdirSync(options.out, { recursive: true })
  writeFileSync(join(options.out, 'memory.json'), `${JSON.stringify(result, null, 1)}\n`)
  report(result)
}

/** Runs a script in a process of its own, so that its peak is its own. */
function node(args, stdout) {
  const child = spawnSync(process.execPath, args, { stdio: ['ignore', stdout, 'inherit'], encoding: 'utf8' })
  if (child.status !== 0) process.exit(child.status ?? 1)
  return child.stdout
}

function report({ peakMiB, peakAfter, epochs, engine }) {
  const seconds = (part) => median(epochs.map((epoch) => epoch[part])).toFixed(2)
  const training = median(epochs.map(({ lists, steps }) => lists + steps)).toFixed(2)
  console.log(`gowalla, RCE-KD, MF 300 -> MF 20, ${engine.threads} threads, kernels: ${engine.simd}`)
  console.log(
    `peak ${peakMiB.toFixed(0)} MiB of ${limitMiB} MiB allowed: ${peakMiB < limitMiB ? 'holds' : 'TOO MUCH'}`,
  )
  for (const [stage, mebibytes] of Object.entries(peakAfter))
    console.log(`  peak up to the end of ${stage}: ${mebibytes.toFixed(0)} MiB`)
  console.log(
    `seconds per epoch: ${training} (lists ${seconds('lists')}, steps ${seconds('steps')}) and ${seconds('evaluate')} to evaluate`,
  )
}
