import { InputError } from '../errors.ts'

/**
 * What the system refused WebAssembly, in words; null for other errors. For speed a memory reserves many times the addresses that it
 * will use, about 10 GiB, and batch systems that limit addresses rather than memory do not give them.
 */
export function noAddresses(speaker: string, error: unknown): InputError | null {
  if (!(error instanceof RangeError) || !/^WebAssembly\.\w+\(\): .*memory/i.test(error.message)) return null
  return new InputError(
    `${speaker}: no memory (${error.message}); where addresses are limited (ulimit -v), raise the limit to 48 GB or set NODE_OPTIONS=--disable-wasm-trap-handler, with which 20 GB do`,
  )
}
