import { asInputError } from '@recdistill/core/files'
import { readFileSync } from 'node:fs'
import type { Tensor } from './dtype.ts'
import { parseNpy } from './npy.ts'

/**
 * A whole `.npy` file, in its own type, of numbers or of texts: for small ones such as ids. `openNpy` reads large ones in parts.
 * @throws InputError when it is no sound npy file.
 */
export function readNpy(path: string): Tensor | readonly string[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw asInputError('read', path, error)
  }
  return parseNpy(path, bytes)
}
