#!/usr/bin/env node
// Measures ours and the peers by turns in one run. `node benchmarks/run.mjs --help` says how.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError, Option } from 'commander'
import { command, count, data, list, out, threads } from './src/command.mjs'
import { measure } from './src/measure.mjs'
import { scenarios } from './src/scenarios.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)

const options = command('run', 'Measures ours and the peers by turns in one run.')
  .option(
    '--scenario <names>',
    `with commas: ${Object.keys(scenarios).join(', ')}; or all`,
    scenariosIn,
    Object.keys(scenarios),
  )
  .option(
    '--peer-python <path>',
    'an interpreter with PyTorch; may repeat; without it only ours is measured',
    (path, all) => [...all, path],
    [],
  )
  .option('--rounds <n>', 'timed runs of every contender, by turns', count, 11)
  .option(
    '--warmup <n>',
    'runs before them that are not counted',
    (text) => (text === '0' ? 0 : count(text)),
    2,
  )
  .addOption(threads())
  .addOption(
    new Option('--simd <kind>', 'kernels of ours')
      .choices(['auto', 'relaxed', 'simd', 'none'])
      .default('auto'),
  )
  .addOption(data())
  .addOption(out())
  .option('--no-build', 'take the packages as they were built last')
  .parse()
  .opts()

if (options.build) build()
if (options.peerPython.length === 0)
  console.log(
    'No --peer-python: only ours is measured, nothing is compared. benchmarks/peers/torch/README.md says how to get one.',
  )
mkdirSync(options.out, { recursive: true })
const { rounds, warmup, threads: numThreads, simd, data: folder, out: results } = options
for (const name of options.scenario)
  await measure(name, {
    pythons: options.peerPython,
    rounds,
    warmup,
    threads: numThreads,
    simd,
    data: folder,
    out: results,
  })

function scenariosIn(text) {
  const names = text === 'all' ? Object.keys(scenarios) : list(text)
  const unknown = names.find((name) => !(name in scenarios))
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no scenario "${unknown}".`)
  return names
}

function build() {
  const { status } = spawnSync(process.execPath, [join(root, 'tooling/bootstrap/run.mjs'), 'build'], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
