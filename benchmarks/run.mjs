#!/usr/bin/env node
// Measures ours and the peers by turns in one run. `node benchmarks/run.mjs --help` says how.
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measure } from './src/measure.mjs'
import { scenarios } from './src/scenarios.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)

const help = `node benchmarks/run.mjs [options]
  --scenario NAME,NAME   or all: ${Object.keys(scenarios).join(', ')}   (all)
  --peer-python PATH     an interpreter with PyTorch; may repeat; without it only ours is measured
  --rounds N             timed runs of every contender, by turns   (11)
  --warmup N             runs before them that are not counted   (2)
  --threads N            threads of every contender   (all cores)
  --simd KIND            kernels of ours: auto, relaxed, simd, none   (auto)
  --data DIR             folder of data sets   (../shared/data beside the repository)
  --out DIR              where NAME.json is written   (benchmarks/results)
  --no-build             take the packages as they were built last`

const { values: options } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'all' },
    'peer-python': { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '11' },
    warmup: { type: 'string', default: '2' },
    threads: { type: 'string', default: String(availableParallelism()) },
    simd: { type: 'string', default: 'auto' },
    data: { type: 'string', default: join(root, '..', 'shared', 'data') },
    out: { type: 'string', default: join(here, 'results') },
    'no-build': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) console.log(help)
else await main()

async function main() {
  const names = options.scenario === 'all' ? Object.keys(scenarios) : options.scenario.split(',')
  const unknown = names.find((name) => !(name in scenarios))
  if (unknown !== undefined)
    return fail(`unknown scenario "${unknown}"; there are ${Object.keys(scenarios).join(', ')} and all`)
  for (const name of ['rounds', 'warmup', 'threads'])
    if (!/^\d+$/.test(options[name]) || (name !== 'warmup' && options[name] === '0'))
      return fail(`--${name}: expected a whole number above 0, got ${options[name]}`)
  if (!options['no-build']) build()
  if (options['peer-python'].length === 0)
    console.log(
      'No --peer-python: only ours is measured, nothing is compared. benchmarks/peers/torch/README.md says how to get one.',
    )
  mkdirSync(options.out, { recursive: true })
  const { data, out, simd } = options
  const [rounds, warmup, threads] = ['rounds', 'warmup', 'threads'].map((name) => Number(options[name]))
  for (const name of names)
    await measure(name, { pythons: options['peer-python'], rounds, warmup, threads, simd, data, out })
}

function fail(line) {
  console.error(`run: ${line}`)
  process.exitCode = 2
}

function build() {
  const { status } = spawnSync(process.execPath, [join(root, 'tooling/bootstrap/run.mjs'), 'build'], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
