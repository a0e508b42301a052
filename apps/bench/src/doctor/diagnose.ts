import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { createEngine } from '@recdistill/engine'
import { prepareTensors, tf } from '@recdistill/tensor'
import { bytes } from '../progress/format.ts'
import { cacheFolder } from '../run/cache-folder.ts'
import { judgeDevices, lookForDevices } from './devices.ts'
import type { Finding } from './finding.ts'
import { testEngine } from './test-engine.ts'

/** Every check on its own: one that fails hides no other. */
export async function diagnose({
  cache,
  env,
}: {
  cache: string | null
  env: Readonly<Record<string, string | undefined>>
}): Promise<readonly Finding[]> {
  const checks: [string, () => Finding | Promise<Finding | readonly Finding[]>][] = [
    ['node', nodeVersion],
    ['cores', cores],
    ['memory', memory],
    ['shared memory', sharedMemory],
    ['SIMD', simd],
    ['engine', engine],
    ['tensor backend', tensorBackend],
    ['DuckDB', duckDb],
    ['cache folder', () => cacheIsWritable(cacheFolder(cache, env))],
    ['TensorFlow', async () => judgeDevices(await lookForDevices(env))],
  ]
  const findings: Finding[] = []
  for (const [name, check] of checks)
    try {
      findings.push(...[await check()].flat())
    } catch (error) {
      findings.push({ name, status: 'failed', value: (error as Error).message.split('\n')[0] })
    }
  return findings
}

function nodeVersion(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const enough = major > 20 || (major === 20 && minor >= 19)
  const value = `${process.version} ${process.platform} ${process.arch}`
  return enough
    ? { name: 'node', status: 'ok', value }
    : { name: 'node', status: 'failed', value, advice: 'Node 20.19 or newer is needed: https://nodejs.org' }
}

function cores(): Finding {
  return {
    name: 'cores',
    status: 'ok',
    value: `${availableParallelism()} (${cpus()[0]?.model.trim() ?? 'unknown'})`,
  }
}

function memory(): Finding {
  const value = `${bytes(freemem())} free of ${bytes(totalmem())}`
  return freemem() > 1.5 * 2 ** 30
    ? { name: 'memory', status: 'ok', value }
    : {
        name: 'memory',
        status: 'warning',
        value,
        advice: 'data sets of a million interactions want about 1.5 GiB',
      }
}

function sharedMemory(): Finding {
  const name = 'shared memory'
  if (typeof SharedArrayBuffer !== 'undefined') return { name, status: 'ok', value: 'SharedArrayBuffer' }
  return {
    name,
    status: 'warning',
    value: 'none',
    advice: 'the engine runs on one thread; use a current Node without flags that disable it',
  }
}

/** Of the engine itself, so what it says here is what it runs. */
function simd(): Finding {
  const created = createEngine({ device: 'cpu', threads: 1, warn: () => undefined })
  const { simd: kind } = created
  created.dispose()
  const name = 'SIMD'
  switch (kind) {
    case 'relaxed':
      return { name, status: 'ok', value: 'relaxed (fused multiply-add)' }
    case 'simd':
      return {
        name,
        status: 'ok',
        value: '128 bit',
        advice: 'Node 22 and later have relaxed SIMD, about 1.3 times faster',
      }
    case 'none':
      return {
        name,
        status: 'warning',
        value: 'none',
        advice:
          'plain JavaScript kernels, many times slower; use a processor and a Node with WebAssembly SIMD',
      }
  }
}

function engine(): Finding {
  const name = 'engine'
  const { problem, threads, usersPerSecond } = testEngine('cpu')
  if (problem !== null)
    return {
      name,
      status: 'failed',
      value: problem,
      advice: 'please report this with the output of recdistill doctor --json',
    }
  return {
    name,
    status: 'ok',
    value: `${threads} threads, self test passed, ranks ${Math.round(usersPerSecond)} users/s (10k items, dim 64)`,
  }
}

async function tensorBackend(): Promise<Finding> {
  const warnings: string[] = []
  const backend = await prepareTensors({ backend: 'wasm', warn: (text) => warnings.push(text) })
  const [three] = tf.tidy(() => tf.add(tf.scalar(1), tf.scalar(2)).dataSync())
  if (three !== 3)
    return { name: 'tensor backend', status: 'failed', value: `${backend}: 1 + 2 gave ${three}` }
  return warnings.length === 0
    ? { name: 'tensor backend', status: 'ok', value: backend }
    : { name: 'tensor backend', status: 'warning', value: backend, advice: warnings[0] }
}

async function duckDb(): Promise<Finding> {
  const { DuckDBInstance, version } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:')
  instance.closeSync()
  return { name: 'DuckDB', status: 'ok', value: version() }
}

function cacheIsWritable(folder: string): Finding {
  const name = 'cache folder'
  let at = folder
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  try {
    accessSync(at, constants.W_OK)
    if (statSync(at).isDirectory()) return { name, status: 'ok', value: folder }
  } catch {
    // Told below.
  }
  return {
    name,
    status: 'failed',
    value: `${folder} cannot be written`,
    advice: 'give another with --cache or RECDISTILL_CACHE',
  }
}
