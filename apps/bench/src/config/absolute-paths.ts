import { resolve } from 'node:path'

type Values = Record<string, unknown>

/** Relative paths among the values, made absolute from `folder`; names of methods and addresses stay as they are. */
export function absolutePaths(values: Readonly<Values>, folder: string): Values {
  const path = (value: unknown) =>
    typeof value === 'string' && !/^https?:/.test(value) ? resolve(folder, value) : value
  const method = (value: unknown) =>
    typeof value === 'string' && /^\.\.?\//.test(value) ? path(value) : value
  const out = { ...values }
  for (const key of ['data', 'train', 'valid', 'test', 'dataDir', 'cache', 'teacherFrom'])
    if (out[key] !== undefined) out[key] = Array.isArray(out[key]) ? out[key].map(path) : path(out[key])
  if (typeof out.methods === 'string') out.methods = out.methods.split(',').map((name) => name.trim())
  if (Array.isArray(out.methods)) out.methods = out.methods.map(method)
  return out
}
