import type { Layer } from './layer.ts'
import { isGroup } from './merge.ts'

/** Keys of a group that were said in a file, by a flag or by --set; what a preset says is not among them. */
export function saidOf(layers: readonly Layer[], group: string): readonly string[] {
  return layers.flatMap(({ values }) => {
    const said = values[group]
    return isGroup(said) ? Object.keys(said) : []
  })
}

/** Settings of a method that a search leaves alone; its learning rate may have been said of the student. */
export function fixedOf(layers: readonly Layer[], method: string): readonly string[] {
  return [...saidOf(layers, method), ...saidOf(layers, 'student').filter((key) => key === 'lr')]
}
