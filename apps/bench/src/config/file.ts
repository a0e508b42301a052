import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InputError } from '@recdistill/core'
import { asInputError } from '@recdistill/core/files'
import { parseDocument, type Document } from 'yaml'
import { absolutePaths } from './absolute-paths.ts'
import { speaker, type Layer } from './layer.ts'

/** A YAML (or JSON) configuration file as a layer. Relative paths in it are relative to the file. */
export function fileLayer(path: string): Layer {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw asInputError('read', path, error)
  }
  const document = parseDocument(text, { prettyErrors: true })
  if (document.errors.length > 0) {
    const [{ message, linePos }] = document.errors
    const place = linePos === undefined ? '' : `:${linePos[0].line}:${linePos[0].col}`
    throw new InputError(`${path}${place}: not valid YAML: ${message.split(/ at line |\n/)[0]}`)
  }
  const values = plain(document, path)
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw new InputError(
      `${path}: expected keys and values, e.g. "dataset: citeulike-t", got ${Array.isArray(values) ? 'a list' : `a ${typeof values}`}`,
    )
  return {
    values: absolutePaths(values as Record<string, unknown>, dirname(resolve(path))),
    speak: speaker(path),
  }
}

function plain(document: Document, path: string): unknown {
  try {
    return (document.toJS() ?? {}) as unknown
  } catch (error) {
    throw new InputError(`${path}: not usable YAML: ${(error as Error).message}`)
  }
}
