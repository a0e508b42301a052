import { byId } from '../element.ts'
import { showAnswers, type Page } from '../page.ts'

/** What is like an item, in the eyes of both models; the panel comes into view. */
export function showSimilar(page: Page, item: string): void {
  const section = byId('similar')
  section.hidden = false
  byId('similar-title').textContent = `Like ${page.titles.of(item)}`
  showAnswers(page, (one) => one.similar(item, { k: 10 }), {
    into: 'similar-lists',
    status: 'similar-agreement',
    pick: (other) => showSimilar(page, other),
  })
  section.focus({ preventScroll: true })
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  section.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'nearest' })
}
