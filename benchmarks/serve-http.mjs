#!/usr/bin/env node
// How much `recdistill serve` bears: many connections at once, at processes of their own. `node benchmarks/serve-http.mjs --help` says how.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { command, count, list, out } from './src/command.mjs'
import { machineCard, revision } from './src/machine.mjs'
import { bundleOfNoise } from './src/serve-http/bundle-of-noise.mjs'
import { load } from './src/serve-http/load.mjs'
import { startService } from './src/serve-http/service.mjs'

const options = command(
  'serve-http',
  'How much `recdistill serve` bears: many connections at once. 10,000 need ulimit -n above 10,100.',
)
  .option(
    '--connections <numbers>',
    'how many at once, one after the other',
    (text) => list(text).map(count),
    [100, 1000, 10000],
  )
  .option('--seconds <n>', 'of each', count, 15)
  .option('--workers <n>', 'processes of the service', count, 1)
  .option('--users <n>', 'of the bundle, which is made of noise', count, 5000)
  .option('--items <n>', 'of the bundle', count, 25000)
  .option('--dim <n>', 'of the bundle', count, 20)
  .addOption(out('serve-http.json'))
  .parse()
  .opts()

await main()

async function main() {
  const { connections: counts, seconds, workers, users, items, dim } = options
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
    mkdirSync(dirname(options.out), { recursive: true })
    writeFileSync(options.out, JSON.stringify(result, null, 2) + '\n')
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
