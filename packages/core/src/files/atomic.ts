import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../errors.ts'

/** Node reads, writes and hashes fewer than 2 GiB at once. */
export const mostAtOnce = 2 ** 30

/**
 * Writes a file so that readers see all of it or nothing: temporary file beside it, fsync, rename, fsync of the folder.
 * Chunks are written one after the other without joining them, so tensors need no second copy.
 * (npm's write-file-atomic takes one string or buffer only.)
 * @throws InputError when the place cannot be written; nothing is left behind.
 */
export function writeFileAtomic(path: string, content: string | readonly Uint8Array[]): void {
  const chunks = typeof content === 'string' ? [Buffer.from(content)] : content
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`)
  try {
    mkdirSync(folder, { recursive: true })
    const file = openSync(temporary, 'wx')
    try {
      for (const chunk of chunks)
        for (let done = 0; done < chunk.length;)
          done += writeSync(file, chunk, done, Math.min(chunk.length - done, mostAtOnce))
    } finally {
      closeSync(file)
    }
    putInPlace(temporary, path)
  } catch (error) {
    discard(temporary)
    throw asInputError('write', path, error)
  }
}

/** Gives a file that was written beside it its name, once its bytes are on the disk: fsync, rename, fsync of the folder. */
export function putInPlace(temporary: string, path: string): void {
  sync(temporary, 'r+')
  renameSync(temporary, path)
  try {
    sync(dirname(path), 'r')
  } catch {
    // A rename is durable once its folder is; Windows has no handle of one, and some network file systems refuse to sync it.
  }
}

function sync(path: string, flags: string): void {
  const handle = openSync(path, flags)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It was never made; the first error says why.
  }
}

const advice: Record<string, string> = {
  EACCES: 'permission denied; choose a folder you may write, or change its permissions',
  EPERM: 'operation not permitted; choose a folder you may write',
  EROFS: 'the file system is read-only; choose another folder',
  ENOSPC: 'no space left on the disk; free some, or choose another folder',
  EDQUOT: 'disk quota exceeded; free some space, or choose another folder',
  EFBIG: 'the file would exceed the allowed size; raise the limit or choose another folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder; name a file',
  ENOENT: 'no such file or folder; check the path',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
}

/** A file-system error as one line with what to do; anything else unchanged. */
export function asInputError(action: 'read' | 'write', path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (typeof code !== 'string' || error instanceof InputError) return error
  return new InputError(`cannot ${action} ${path}: ${advice[code] ?? code}`)
}
