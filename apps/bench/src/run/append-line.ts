import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { asInputError } from '@recdistill/core/files'

/** Adds a line to a file, which is made where it is missing, with its folder. @throws InputError when that fails. */
export function appendLine(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    appendFileSync(path, text + '\n')
  } catch (error) {
    throw asInputError('write', path, error)
  }
}
