import { byId, element } from '../element.ts'
import { listLength, offered, showAnswers, type Page } from '../page.ts'
import { itemButtons } from '../view/item-buttons.ts'
import { showSimilar } from './similar.ts'

/** History and lists of the page's user; nothing while there is none. */
export function showUser(page: Page): void {
  const recommender = offered(page)
  const { user, titles } = page
  if (recommender === null || user === null) {
    byId('history').replaceChildren()
    byId('recommendations').replaceChildren()
    byId('agreement').textContent = ''
    return
  }
  byId<HTMLInputElement>('user').value = user
  const similar = (item: string) => showSimilar(page, item)
  const known = recommender.users.has(user)
  const seen = known ? recommender.seen(user) : []
  byId('history-title').textContent = known ? `History: ${seen.length} items` : 'History'
  byId('history').replaceChildren(
    known
      ? itemButtons(seen, { titles, press: similar, says: 'show what is like it', most: 60 })
      : element(
          'p',
          { className: 'none' },
          `There is no user "${user}". Try one that the list of users offers.`,
        ),
  )
  const k = listLength()
  showAnswers(page, (one) => one.recommend(user, { k }), {
    into: 'recommendations',
    status: 'agreement',
    pick: similar,
  })
}
