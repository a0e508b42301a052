import type { Layer } from './layer.ts'
import { isGroup } from './merge.ts'
import { partsOfModel } from './model-text.ts'

/**
 * References of the backbones that layers name: the parameters of one are known once it is loaded, before the layers are checked.
 * What is no model at all is left to that check.
 */
export function backbonesOf(layers: readonly Layer[]): readonly string[] {
  const last = (key: string) =>
    layers.map(({ values }) => referencesIn(values[key])).findLast((references) => references.length > 0)
  const keys = ['teacher', 'teachers', 'student', 'baselines']
  return [...new Set(keys.flatMap((key) => last(key) ?? []))]
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (isGroup(value)) return typeof value.backbone === 'string' ? [value.backbone] : []
  if (typeof value !== 'string') return []
  return value
    .split(',')
    .map((text) => partsOfModel(text.trim())?.backbone)
    .filter((reference) => reference !== undefined && reference !== 'none') as string[]
}
