import { resolve } from 'node:path'
import { pathKeys } from '@recdistill/teachers'

type Values = Record<string, unknown>

/** Relative paths among the values, made absolute from `folder`; names of methods and addresses stay as they are. */
export function absolutePaths(values: Readonly<Values>, folder: string): Values {
  const path = (value: unknown) =>
    typeof value === 'string' && !/^https?:/.test(value) ? resolve(folder, value) : value
  const method = (value: unknown) => (isMethodFile(value) ? path(value) : value)
  const out = { ...values }
  for (const key of ['data', 'train', 'valid', 'test', 'dataDir', 'cache', 'teacherFrom'])
    if (out[key] !== undefined) out[key] = Array.isArray(out[key]) ? out[key].map(path) : path(out[key])
  const from = out.teacherFrom
  if (typeof from === 'object' && from !== null && !Array.isArray(from)) {
    const source = { ...from } as Values
    for (const key of pathKeys) if (isPath(key, source[key])) source[key] = path(source[key])
    out.teacherFrom = source
  }
  if (typeof out.methods === 'string') out.methods = out.methods.split(',').map((name) => name.trim())
  if (Array.isArray(out.methods)) out.methods = out.methods.map(method)
  return out
}

/** As `loadMethod` tells a relative path from a name. */
function isMethodFile(value: unknown): boolean {
  return typeof value === 'string' && !value.startsWith('file:') && /^\.|\.[cm]?[jt]s$/i.test(value)
}

/** A bias is a file beside single files of vectors, and the name of a tensor in an archive. */
function isPath(key: string, value: unknown): boolean {
  return typeof value === 'string' && (!key.endsWith('Bias') || /\.npy$/i.test(value))
}
