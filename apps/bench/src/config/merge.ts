import { InputError } from '@recdistill/core'
import type { Layer } from './layer.ts'

/** Ways to say where interactions come from: one of them, the last said. */
const sourceKinds = [['dataset'], ['data'], ['train', 'valid', 'test']]

type Values = Record<string, unknown>

/** Later layers win, key by key inside groups; `mf:400` is a group, and a data set replaces files and the reverse. */
export function mergeLayers(layers: readonly Layer[]): Values {
  let merged: Values = {}
  for (const layer of layers) {
    const values = { ...layer.values }
    delete values.$schema
    const kinds = sourceKinds.filter((keys) => keys.some((key) => values[key] !== undefined))
    if (kinds.length > 1)
      throw new InputError(
        `${layer.speak([])}: both ${kinds.map(([key]) => key).join(' and ')} are given; keep one`,
      )
    if (kinds.length === 1)
      for (const key of sourceKinds.flat()) if (!kinds[0].includes(key)) delete merged[key]
    for (const role of ['teacher', 'student'])
      if (typeof values[role] === 'string') values[role] = readModel(values[role], layer.speak([role]))
    if (typeof values.tune === 'number') values.tune = { trials: values.tune }
    if (typeof values.protocol === 'string') values.protocol = { name: values.protocol }
    if (typeof values.teacherFrom === 'string') values.teacherFrom = { from: values.teacherFrom }
    // Another teacher: what was said of the one below is not of this.
    if (isGroup(values.teacherFrom) && values.teacherFrom.from !== undefined) delete merged.teacherFrom
    merged = mergeGroups(merged, values)
  }
  return merged
}

/** `mf:400` as a group of keys; `mf` alone leaves the size to the layers below. */
function readModel(text: string, speaker: string): Values {
  const [backbone, dim, ...rest] = text.split(':')
  if (backbone === '' || rest.length > 0 || (dim !== undefined && !/^[1-9]\d{0,4}$/.test(dim)))
    throw new InputError(
      `${speaker}: expected backbone:dim with a dim of 1 or more, e.g. mf:400, got "${text}"`,
    )
  return dim === undefined ? { backbone } : { backbone, dim: Number(dim) }
}

function mergeGroups(low: Values, high: Values): Values {
  const out = { ...low }
  for (const [key, value] of Object.entries(high)) {
    if (value === undefined) continue
    out[key] = isGroup(value) && isGroup(out[key]) ? mergeGroups(out[key], value) : value
  }
  return out
}

export function isGroup(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
