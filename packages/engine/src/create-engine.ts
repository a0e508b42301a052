import { availableParallelism } from 'node:os'
import { InputError, nearest } from '@recdistill/core'
import type { Engine } from './engine.ts'
import { createPlainEngine } from './plain/engine.ts'
import { expectEngine, openTensorFlow } from './tensorflow/open.ts'
import { createWasmEngine } from './wasm/engine.ts'

/** Where the heavy work runs; see `createEngine`. */
export const devices = ['cpu', 'tensorflow', 'gpu', 'auto'] as const
export type Device = (typeof devices)[number]

export interface EngineOptions {
  /**
   * `cpu`: SIMD kernels on all cores, always there. `tensorflow`: libtensorflow, on a GPU if it sees one. `gpu`: that, or an
   * error. `auto`: `gpu` where there is one, else `cpu`. By default RECDISTILL_DEVICE, else `cpu`.
   */
  readonly device?: Device
  /** Threads that compute, the calling one included; all cores by default. */
  readonly threads?: number
  /** Which kernels of the cpu driver; `auto` takes the fastest this machine runs. */
  readonly simd?: 'auto' | 'relaxed' | 'simd' | 'none'
  /** Where one line goes when the fast kernels cannot run here. */
  readonly warn?: (line: string) => void
}

/**
 * An engine for this machine. Synchronous; end it with `dispose()`.
 * @throws InputError when the device is not to be had; it says what to do.
 */
export function createEngine(options: EngineOptions = {}): Engine {
  const { threads, simd = 'auto' } = options
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > 1024))
    throw new InputError(`createEngine.threads: expected an integer of 1 to 1024, got ${threads}`)
  if (!['auto', 'relaxed', 'simd', 'none'].includes(simd))
    throw new InputError(`createEngine.simd: expected auto, relaxed, simd or none, got ${simd}`)
  // Whoever names kernels means those of the cpu driver.
  const device = expectDevice(
    'createEngine.device',
    options.device ?? (simd === 'auto' ? deviceOfEnvironment() : 'cpu'),
  )
  const known = threads === undefined ? {} : { threads }
  switch (device) {
    case 'cpu':
      return createCpuEngine(options)
    case 'tensorflow':
      return expectEngine(device, openTensorFlow({ gpu: false, ...known }))
    case 'gpu':
      return expectEngine(device, openTensorFlow({ gpu: true, ...known }))
    case 'auto':
      return openGpu(options) ?? createCpuEngine(options)
  }
}

/** Null where there is no GPU to be had; a library that is there and broken is said. */
function openGpu({ threads, warn = (line) => process.emitWarning(line) }: EngineOptions): Engine | null {
  try {
    const opened = openTensorFlow({ gpu: true, ...(threads === undefined ? {} : { threads }) })
    return typeof opened === 'string' ? null : opened
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    warn(`engine: using the cpu driver, since ${error.message}`)
    return null
  }
}

function createCpuEngine({
  threads = availableParallelism(),
  simd = 'auto',
  warn = (line) => process.emitWarning(line),
}: EngineOptions): Engine {
  if (simd === 'none') return createPlainEngine()
  if (simd !== 'simd') {
    const engine = createWasmEngine({ threads, simd: 'relaxed' })
    if (engine) return engine
    if (simd === 'relaxed')
      warn('engine: this runtime has no relaxed SIMD; using SIMD, about a quarter slower')
  }
  const engine = createWasmEngine({ threads, simd: 'simd' })
  if (engine) return engine
  warn(
    'engine: this runtime has no WebAssembly SIMD or no SharedArrayBuffer; using plain code on one thread, 5 to 30 times slower',
  )
  return createPlainEngine()
}

/** What RECDISTILL_DEVICE asks for, else `cpu`. */
function deviceOfEnvironment(): Device {
  return expectDevice('RECDISTILL_DEVICE', process.env.RECDISTILL_DEVICE || 'cpu')
}

/** @throws InputError for anything but a device. */
export function expectDevice(speaker: string, value: string): Device {
  const device = devices.find((each) => each === value)
  if (device !== undefined) return device
  const near = nearest(value, devices)
  throw new InputError(
    `${speaker}: unknown device "${value}"; ${near === null ? `there are ${devices.join(', ')}` : `did you mean "${near}"?`}`,
  )
}
