import { resolve } from 'node:path'
import { isPluginPath } from '@recdistill/plugin/load'
import { pathKeys } from '@recdistill/teachers'
import { isGroup } from './merge.ts'
import { partsOfModel } from './model-text.ts'

type Values = Record<string, unknown>

/** Relative paths among the values, made absolute from `folder`; names of methods and backbones, and addresses, stay as they are. */
export function absolutePaths(values: Readonly<Values>, folder: string): Values {
  const path = (value: unknown) =>
    typeof value === 'string' && !/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? resolve(folder, value) : value
  const plugin = (value: unknown) => (isPluginFile(value) ? path(value) : value)
  const out = { ...values }
  for (const key of ['data', 'train', 'valid', 'test', 'dataDir', 'cache', 'teacherFrom'])
    if (out[key] !== undefined) out[key] = Array.isArray(out[key]) ? out[key].map(path) : path(out[key])
  const from = out.teacherFrom
  if (typeof from === 'object' && from !== null && !Array.isArray(from)) {
    const source = { ...from } as Values
    for (const key of pathKeys) if (isPath(key, source[key])) source[key] = path(source[key])
    out.teacherFrom = source
  }
  const model = (value: unknown): unknown => {
    if (isGroup(value))
      return value.backbone === undefined ? value : { ...value, backbone: plugin(value.backbone) }
    const parts = typeof value === 'string' ? partsOfModel(value.trim()) : null
    if (parts === null || !isPluginFile(parts.backbone)) return value
    return `${resolve(folder, parts.backbone)}${parts.dim === undefined ? '' : `:${parts.dim}`}`
  }
  if (typeof out.methods === 'string') out.methods = out.methods.split(',').map((name) => name.trim())
  if (Array.isArray(out.methods)) out.methods = out.methods.map(plugin)
  for (const key of ['teacher', 'student']) if (out[key] !== undefined) out[key] = model(out[key])
  for (const key of ['teachers', 'baselines']) {
    const given = out[key]
    if (Array.isArray(given)) out[key] = given.map(model)
    if (typeof given === 'string') out[key] = given.split(',').map(model).join(',')
  }
  return out
}

function isPluginFile(value: unknown): boolean {
  return typeof value === 'string' && isPluginPath(value) && !value.startsWith('file:')
}

/** A bias is a file beside single files of vectors, and the name of a tensor in an archive. */
function isPath(key: string, value: unknown): boolean {
  return typeof value === 'string' && (!key.endsWith('Bias') || /\.npy$/i.test(value))
}
