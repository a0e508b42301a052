import { itemTastes, syntheticPresets } from '@recdistill/data'
import { expect, test } from 'vitest'
import { madeUpTitles } from '../scripts/titles.mjs'

test('every item has a title of its own, with a word that its fine taste alone has', () => {
  const { groups, subgroups } = itemTastes(syntheticPresets.quick)
  const titles = madeUpTitles('quick')
  expect(Object.keys(titles)).toHaveLength(groups.length)
  expect(new Set(Object.values(titles)).size).toBe(groups.length)
  const tasteOf = new Map<string, string>()
  for (const [item, title] of Object.entries(titles)) {
    const [, word] = title.split(' ')
    const taste = `${groups[Number(item)]} ${subgroups[Number(item)]}`
    expect(tasteOf.get(word) ?? taste).toBe(taste)
    tasteOf.set(word, taste)
  }
  expect(tasteOf.size).toBe(syntheticPresets.quick.groups * syntheticPresets.quick.subgroups)
})
