import { putInPlace } from '@recdistill/core/files'
import { copyFileSync, rmSync } from 'node:fs'

/** Copies a file so that the copy is whole or not there. */
export function copyAtomic(from: string, to: string): void {
  const temporary = `${to}.${process.pid}.tmp`
  try {
    copyFileSync(from, temporary)
    putInPlace(temporary, to)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
