import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { InputError } from '@recdistill/core'
import * as tf from '@tensorflow/tfjs'
import { refuseFullMemory } from './kernels/full-memory.ts'
import type { WasmBackend } from './kernels/heap.ts'
import { registerKernels } from './kernels/register.ts'
import { findNodeBackends, registerNodeBackend } from './node-backend/index.ts'
import { sharedWasmFiles } from './shared-files.ts'
import { setThreads } from './threads.ts'

export type TensorBackend = 'wasm' | 'cpu' | 'tensorflow'

interface Prepared {
  readonly asked: TensorBackend
  readonly wasmFolder: string | undefined
  readonly ready: Promise<TensorBackend>
  /** Another one than was asked for is in use. */
  fellBack: boolean
}

let prepared: Prepared | null = null

/**
 * Chooses where tensors are computed and registers the kernels TensorFlow.js lacks there. Call it once, before the first
 * tensor; further calls for the same backend cost nothing, unless it could not start: then each tries again. Of calls that do not
 * wait for one another the last one decides. Without it TensorFlow.js runs plain JavaScript.
 *
 * @param options.backend What to use. `wasm` falls back to `cpu` with one warning where it cannot start; `tensorflow` is
 *   libtensorflow through tfjs-node, when it is there. By default RECDISTILL_DEVICE decides: `tensorflow` for `tensorflow`
 *   and `gpu`, else `wasm`.
 * @param options.wasmFolder Where the `.wasm` files lie; by default inside the installed package, so no network is needed.
 * @param options.threads Of kernels that run on several: as many as cores until a call says another number. No result depends
 *   on it.
 * @param options.warn Who is told about a fallback.
 * @returns The backend in use.
 * @throws InputError for `tensorflow` where there is none, and for threads that are no number of them.
 */
export async function prepareTensors({
  backend = backendOfEnvironment(process.env.RECDISTILL_DEVICE),
  wasmFolder,
  threads,
  warn = console.warn,
}: {
  backend?: TensorBackend
  wasmFolder?: string
  threads?: number
  warn?: (line: string) => void
} = {}): Promise<TensorBackend> {
  if (threads !== undefined) setThreads(checked(threads))
  if (prepared !== null && isSame(prepared, backend, wasmFolder)) return prepared.ready
  silenceBanner()
  const before = prepared?.ready
  const mine: Prepared = { asked: backend, wasmFolder, ready: next(), fellBack: false }
  prepared = mine
  return mine.ready

  /** One after the other: a start in the midst of another would be undone by its end. */
  async function next(): Promise<TensorBackend> {
    await before?.catch(() => {}) // whoever asked for it is told
    try {
      const used = await start(backend, wasmFolder, warn)
      mine.fellBack = used !== backend
      return used
    } catch (error) {
      if (prepared === mine) prepared = null
      throw error
    }
  }
}

/** A fallback is kept as well, and its warning not repeated, until other files are named. */
function isSame(known: Prepared, backend: TensorBackend, wasmFolder: string | undefined): boolean {
  return known.asked === backend && (!known.fellBack || known.wasmFolder === wasmFolder)
}

function checked(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return threads
  throw new InputError(`prepareTensors.threads: expected an integer of 1 to 1024, got ${threads}`)
}

function backendOfEnvironment(device: string | undefined): TensorBackend {
  return device === 'tensorflow' || device === 'gpu' ? 'tensorflow' : 'wasm'
}

function start(
  backend: TensorBackend,
  wasmFolder: string | undefined,
  warn: (line: string) => void,
): Promise<TensorBackend> {
  switch (backend) {
    case 'wasm':
      return startWasm(wasmFolder, warn)
    case 'cpu':
      return startCpu()
    case 'tensorflow':
      return startTensorFlow()
  }
}

async function startTensorFlow(): Promise<TensorBackend> {
  const { found, problems } = findNodeBackends()
  if (found.length === 0)
    throw new InputError(
      `prepareTensors: no TensorFlow here; run recdistill setup tensorflow${problems.map((text) => ` (${text})`).join('')}`,
    )
  registerNodeBackend(found[0])
  if (!(await tf.setBackend('tensorflow')))
    throw new InputError('prepareTensors: TensorFlow.js refused the tensorflow backend')
  return 'tensorflow'
}

async function startWasm(
  wasmFolder: string | undefined,
  warn: (line: string) => void,
): Promise<TensorBackend> {
  const problem = await tryWasm(wasmFolder)
  if (problem === null) return 'wasm'
  warn(
    `prepareTensors: the wasm backend cannot start (${problem}); using plain JavaScript, many times slower`,
  )
  return startCpu()
}

/** Null when tensors now run on wasm, else the reason they do not. */
async function tryWasm(wasmFolder: string | undefined): Promise<string | null> {
  if (!('WebAssembly' in globalThis)) return 'this runtime has no WebAssembly'
  try {
    // Registers the backend as a side effect, so it stays out of a plain import of this package.
    const wasm = await import('@tensorflow/tfjs-backend-wasm')
    if (!isRunning('wasm')) {
      const folder = wasmFolder ?? folderOfWasmFiles()
      const files = sharedWasmFiles(folder)
      wasm.setWasmPaths(files ?? join(folder, '/'), files !== null)
    }
    registerKernels('wasm')
    if (!(await quietly(() => tf.setBackend('wasm')))) return 'TensorFlow.js refused it'
    refuseFullMemory(tf.backend() as unknown as WasmBackend)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function startCpu(): Promise<TensorBackend> {
  registerKernels('cpu')
  await tf.setBackend('cpu')
  return 'cpu'
}

/** One process may hold several copies of this module (tests do); the engine of TensorFlow.js is shared by all. */
function isRunning(backend: TensorBackend): boolean {
  return backend in tf.engine().registry
}

/** TensorFlow.js reports a failed start by two warnings with a stack; `prepareTensors` says it in one line. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const before = tf.env().getBool('PROD')
  tf.env().set('PROD', true)
  try {
    return await run()
  } finally {
    tf.env().set('PROD', before)
  }
}

/** The plain backend greets Node users with an advertisement at its first tensor; only that line goes. */
function silenceBanner(): void {
  const cpu: object | null = tf.findBackend('cpu')
  if (cpu && 'firstUse' in cpu) cpu.firstUse = false
}

function folderOfWasmFiles(): string {
  return dirname(
    createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'),
  )
}
