#!/usr/bin/env node
// How much `recdistill serve` bears: many connections at once, at processes of their own. `node benchmarks/serve-http.mjs --help` says how.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { machineCard, revision } from './src/machine.mjs'
import { bundleOfNoise } from './src/serve-http/bundle-of-noise.mjs'
import { load } from './src/serve-http/load.mjs'
import { startService } from './src/serve-http/service.mjs'

const here = dirname(fileURLToPath(import.meta.url))

const help = `node benchmarks/serve-http.mjs [options]
  --connections N,N   how many at once, one after the other   (100,1000,10000)
  --seconds N         of each   (15)
  --workers N         processes of the service   (1)
  --users N --items N --dim N   of the bundle, which is made of noise   (5000, 25000, 20)
  --out FILE          where the numbers go   (benchmarks/results/serve-http.json)
The packages have to be built (npm run build). 10,000 connections need ulimit -n above 10,100.`

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '100,1000,10000' },
    seconds: { type: 'string', default: '15' },
    workers: { type: 'string', default: '1' },
    users: { type: 'string', default: '5000' },
    items: { type: 'string', default: '25000' },
    dim: { type: 'string', default: '20' },
    out: { type: 'string', default: join(here, 'results', 'serve-http.json') },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else await main()

async function main() {
  const [seconds, workers, users, items, dim] = ['seconds', 'workers', 'users', 'items', 'dim'].map(whole)
  const counts = values.connections.split(',').map(Number)
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-serve-http-'))
  const file = join(folder, 'noise.recdistill')
  writeFileSync(file, bundleOfNoise({ users, items, dim }))
  const service = await startService(file, { workers })
  const rows = []
  try {
    for (const connections of counts) {
      const row = await load(service, { connections, seconds, users, items })
      rows.push(row)
      print(row)
      await setTimeout(5000) // thousands of connections take a while to be gone on both sides
    }
  } finally {
    const stopped = await service.stop()
    console.log(
      `stopped by SIGTERM: exit code ${stopped.code}; on its standard error: ${stopped.complaints || 'nothing'}`,
    )
    rmSync(folder, { recursive: true, force: true })
    const result = {
      machine: machineCard(),
      revision: revision(),
      workers,
      users,
      items,
      dim,
      seconds,
      rows,
      stopped,
    }
    mkdirSync(dirname(values.out), { recursive: true })
    writeFileSync(values.out, JSON.stringify(result, null, 2) + '\n')
  }
  const wrong = rows.some((row) => row.unexpected.length > 0 || row.errors + row.timeouts > 0)
  if (wrong) process.exitCode = 1
}

function print(row) {
  const { connections, perSecond, p50, p99, max, answers, errors, timeouts, memoryMiB, unexpected } = row
  console.log(
    `${connections} connections: ${perSecond} answers/s, ${p50} / ${p99} / ${max} ms (median, 99 %, most), ` +
      `${Object.entries(answers)
        .map(([status, count]) => `${count} of ${status}`)
        .join(', ')}, ` +
      `${errors} errors, ${timeouts} timeouts, resident ${memoryMiB.before} -> ${memoryMiB.after} MiB`,
  )
  for (const line of unexpected) console.log(`  unexpected: ${line}`)
}

function whole(name) {
  const value = Number(values[name])
  if (Number.isSafeInteger(value) && value > 0) return value
  console.error(`serve-http: --${name}: expected a whole number above 0, got ${values[name]}`)
  process.exit(2)
}
