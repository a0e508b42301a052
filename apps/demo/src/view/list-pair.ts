import type { Recommendation } from '@recdistill/serve'
import { compareLists, markOf, type Placed } from '../compare-lists.ts'
import { element } from '../element.ts'
import { roles, type Role } from '../model.ts'
import type { Titles } from '../titles.ts'

/** A list, or why there is none. */
export type Side = readonly Recommendation[] | string

/** Two lists side by side; what differs is marked by words and by colour. */
export function listPair(
  sides: Readonly<Record<Role, Side>>,
  { titles, pick }: { titles: Titles; pick: (item: string) => void },
): { readonly nodes: HTMLElement[]; readonly agreement: string } {
  const lists = roles.map((role) => {
    const side = sides[role]
    return typeof side === 'string' ? [] : side
  })
  const { left, right, shared } = compareLists(lists[0], lists[1])
  const nodes = roles.map((role, at) => {
    const side = sides[role]
    const title = element('h3', {}, `The ${role}'s list`)
    if (typeof side === 'string')
      return element('div', { data: { role } }, title, element('p', { className: 'none' }, side))
    const entries = (at === 0 ? left : right).map((entry) => row(entry, roles[1 - at], titles, pick))
    const whole =
      entries.length > 0 ? element('ol', {}, ...entries) : element('p', { className: 'none' }, 'Nothing.')
    return element('div', { data: { role } }, title, whole)
  })
  const comparable = roles.every((role) => typeof sides[role] !== 'string')
  const longest = Math.max(left.length, right.length)
  return { nodes, agreement: comparable && longest > 0 ? `${shared} of ${longest} are in both lists.` : '' }
}

function row(entry: Placed, other: Role, titles: Titles, pick: (item: string) => void): HTMLLIElement {
  const { kind, text } = markOf(entry)
  return element(
    'li',
    { data: { item: entry.item, kind } },
    element(
      'button',
      { type: 'button', className: 'item', onclick: () => pick(entry.item) },
      titles.of(entry.item),
    ),
    element('span', { className: 'score' }, entry.score.toFixed(3)),
    element(
      'span',
      { className: 'mark' },
      element('span', { ariaHidden: 'true' }, text),
      element('span', { className: 'unseen' }, inWords(entry, other)),
    ),
  )
}

function inWords({ place, elsewhere }: Placed, other: Role): string {
  if (elsewhere === null) return `not in the ${other}'s list`
  if (elsewhere === place) return `at the same place in the ${other}'s list`
  return `at place ${elsewhere} in the ${other}'s list`
}
