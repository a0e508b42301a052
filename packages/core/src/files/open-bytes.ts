import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { InputError } from '../errors.ts'
import { asInputError, mostAtOnce } from './atomic.ts'

/** An open file whose bytes are read where they are wanted; the whole is never in memory. */
export class Bytes {
  readonly path: string
  readonly size: number
  #file: number | null

  /** Use `openBytes`. */
  constructor(path: string, file: number, size: number) {
    this.path = path
    this.size = size
    this.#file = file
  }

  /** `length` bytes from `offset`, at the start of a buffer of their own. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (this.#file === null) throw new Error(`${this.path}: is closed`)
    const out = new Uint8Array(length)
    for (let done = 0; done < length;) {
      const wanted = Math.min(length - done, mostAtOnce)
      const got = readSync(this.#file, out, done, wanted, offset + done)
      if (got === 0)
        throw new InputError(`${this.path}: became shorter while it was read; do not write to it meanwhile`)
      done += got
    }
    return out
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }
}

/** @throws InputError when there is no such file, or it may not be read. */
export function openBytes(path: string): Bytes {
  let file: number | null = null
  try {
    file = openSync(path, 'r')
    const stat = fstatSync(file)
    if (stat.isDirectory()) throw new InputError(`${path}: is a folder; name the file in it`)
    return new Bytes(path, file, stat.size)
  } catch (error) {
    if (file !== null) closeSync(file)
    throw asInputError('read', path, error)
  }
}

/** Runs `work` on an open file and closes it if the work fails: for openers that check first and keep it open. */
export function keepOpen<T>(bytes: Bytes, work: (bytes: Bytes) => T): T {
  try {
    return work(bytes)
  } catch (error) {
    bytes.close()
    throw error
  }
}
