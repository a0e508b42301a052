import { InputError } from '@recdistill/core'
import type { Layer } from './layer.ts'
import { partsOfModel } from './model-text.ts'
import { trainingKeys } from './schema.ts'

/** Ways to say where interactions come from: one of them, the last said. */
const sourceKinds = [['dataset'], ['data'], ['train', 'valid', 'test']]

/** Said of files; a data set has its own name and way to be read. */
export const ofFiles = ['name', 'read'] as const

type Values = Record<string, unknown>

/**
 * Later layers win, key by key inside groups; `mf:400` is a group. A data set replaces files and the reverse, one way to say who teaches
 * the others, and a model of another backbone the parameters of the one below.
 */
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
    if (values.dataset !== undefined) for (const key of ofFiles) delete merged[key]
    for (const role of ['teacher', 'student'])
      if (typeof values[role] === 'string') values[role] = readModel(values[role], layer.speak([role]))
    if (typeof values.tune === 'number') values.tune = { trials: values.tune }
    if (typeof values.protocol === 'string') values.protocol = { name: values.protocol }
    if (typeof values.teacherFrom === 'string') values.teacherFrom = { from: values.teacherFrom }
    const isLent = isGroup(values.teacherFrom) && values.teacherFrom.from !== undefined
    if (values.teachers !== undefined && (isLent || namesBackbone(values.teacher)))
      throw new InputError(
        `${layer.speak([])}: both teachers and ${isLent ? 'teacherFrom' : 'teacher'} are given; keep one`,
      )
    if (isLent || values.teachers !== undefined || namesBackbone(values.teacher))
      for (const key of ['teachers', 'teacherFrom']) delete merged[key]
    for (const role of ['teacher', 'student'])
      if (namesBackbone(values[role]) && namesBackbone(merged[role]))
        if (values[role].backbone !== merged[role].backbone) merged[role] = withoutParameters(merged[role])
    merged = mergeGroups(merged, values)
  }
  return merged
}

function namesBackbone(model: unknown): model is Values & { readonly backbone: unknown } {
  return isGroup(model) && model.backbone !== undefined
}

/** Size and training are of any backbone. */
function withoutParameters(model: Values): Values {
  return Object.fromEntries(
    ['backbone', 'dim', ...trainingKeys].flatMap((key) => (key in model ? [[key, model[key]]] : [])),
  )
}

/** `mf:400` as a group of keys; `mf` alone leaves the size to the layers below. */
function readModel(text: string, speaker: string): Values {
  const parts = partsOfModel(text)
  if (parts === null)
    throw new InputError(
      `${speaker}: expected backbone:dim with a dim of 1 or more, e.g. mf:400, got "${text}"`,
    )
  return { ...parts }
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
