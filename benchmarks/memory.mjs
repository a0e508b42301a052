#!/usr/bin/env node
// Peak memory and seconds per epoch of a full RCE-KD run on Gowalla, MF 300 -> MF 20. `--help` says how.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command, count, data, out, threads } from './src/command.mjs'
import { machineCard, revision } from './src/machine.mjs'
import { median } from './src/statistics.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)

const options = command('memory', 'Peak memory and seconds per epoch of a full RCE-KD run on Gowalla.')
  .option('--epochs <n>', 'epochs of the student', count, 5)
  .option('--teacher-epochs <n>', 'epochs of the teacher before it', count, 2)
  .addOption(threads())
  .addOption(data())
  .addOption(out())
  .option('--no-build', 'take the packages as they were built last')
  .parse()
  .opts()

const limitMiB = 1536

main()

function main() {
  const folder = join(options.data, 'gowalla')
  if (!existsSync(join(folder, 'train.tsv.gz'))) {
    console.error(`memory: no gowalla/train.tsv.gz in ${options.data}; say where with --data`)
    process.exitCode = 2
    return
  }
  if (options.build) node([join(root, 'tooling/bootstrap/run.mjs'), 'build'], 'inherit')
  const settings = {
    epochs: options.epochs,
    teacherEpochs: options.teacherEpochs,
    threads: options.threads,
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
