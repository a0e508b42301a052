import { InputError } from '@recdistill/core'
import { asInputError } from '@recdistill/core/files'
import { readNpy } from '@recdistill/formats'
import { readFileSync } from 'node:fs'

/**
 * Ids in the order of rows: text with one a line, a JSON list, or texts or whole numbers in a `.npy` file.
 * @throws InputError when the file is not there or holds something else.
 */
export function readIds(path: string): readonly string[] {
  if (/\.npy$/i.test(path)) return fromNpy(path)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    if (error instanceof TypeError) throw new InputError(`${path}: not text in UTF-8; expected one id a line`)
    throw asInputError('read', path, error)
  }
  const ids = /\.json$/i.test(path) ? fromJson(path, text) : fromLines(path, text)
  if (ids.length === 0) throw new InputError(`${path}: holds no ids; expected one a line`)
  return ids
}

function fromLines(path: string, text: string): readonly string[] {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  if (lines.length === 1 && lines[0] === '') return []
  const empty = lines.findIndex((line) => line.trim() === '')
  if (empty >= 0)
    throw new InputError(`${path}:${empty + 1}: an empty line; expected one id a line, in the order of rows`)
  return lines.map((line) => line.trim())
}

function fromJson(path: string, text: string): readonly string[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InputError(`${path}: not valid JSON; expected a list of ids`)
  }
  const isId = (id: unknown) => typeof id === 'string' || typeof id === 'number'
  if (!Array.isArray(value) || !value.every(isId))
    throw new InputError(`${path}: expected a JSON list of ids, e.g. ["ann", "bob"]`)
  return value.map(String)
}

function fromNpy(path: string): readonly string[] {
  const array = readNpy(path)
  if (!('shape' in array)) return array
  if (array.shape.length !== 1 || !/^[ui]/.test(array.dtype))
    throw new InputError(
      `${path}: expected texts or whole numbers in one dimension, got [${array.shape.join(', ')}] of ${array.dtype}`,
    )
  return Array.from<number | bigint, string>(array.data, String)
}
