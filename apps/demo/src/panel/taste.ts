import { byId, element } from '../element.ts'
import { listLength, showAnswers, type Page } from '../page.ts'
import { itemButtons } from '../view/item-buttons.ts'
import { showSimilar } from './similar.ts'

/** What the visitor likes, and what both models suggest for it. */
export function showTaste(page: Page): void {
  const { picked, titles } = page
  byId('picked').replaceChildren(
    picked.length > 0
      ? itemButtons(picked, { titles, press: (item) => pick(page, item, false), says: 'take away' })
      : element('p', { className: 'none' }, 'Nothing yet.'),
  )
  if (picked.length > 0)
    showAnswers(page, (one) => one.recommendFor(picked, { k: listLength() }), {
      into: 'suggestions',
      status: 'taste-agreement',
      pick: (item) => showSimilar(page, item),
    })
  else {
    byId('suggestions').replaceChildren()
    byId('taste-agreement').textContent = ''
  }
}

/** Items by the words in the field. */
export function showFound(page: Page): void {
  const { picked, titles, items } = page
  const words = byId<HTMLInputElement>('find').value
  const found = titles.find(words, items, 24).filter((item) => !picked.includes(item))
  const nothing = words.trim() === '' ? '' : `There is no item like "${words}".`
  byId('found').replaceChildren(
    found.length > 0
      ? itemButtons(found, { titles, press: (item) => pick(page, item, true), says: 'I like it' })
      : element('p', { className: 'none' }, nothing),
  )
}

function pick(page: Page, item: string, wanted: boolean): void {
  page.picked = wanted ? [...page.picked, item] : page.picked.filter((one) => one !== item)
  showTaste(page)
  showFound(page)
}

/** Picks three items that are not picked yet. */
export function pickSome(page: Page): void {
  const left = page.items.filter((item) => !page.picked.includes(item))
  const some = Array.from({ length: Math.min(3, left.length) }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  )
  page.picked = [...page.picked, ...some.flat()]
  showTaste(page)
  showFound(page)
}

export function startOver(page: Page): void {
  page.picked = []
  byId<HTMLInputElement>('find').value = ''
  showTaste(page)
  showFound(page)
}
