import { element } from '../element.ts'
import type { Titles } from '../titles.ts'

/** Items as a row of buttons; `says` is what pressing one does, for those who do not see it. */
export function itemButtons(
  items: readonly string[],
  {
    titles,
    press,
    says,
    most = Infinity,
  }: { titles: Titles; press: (item: string) => void; says: string; most?: number },
): HTMLElement {
  const shown = items
    .slice(0, most)
    .map((item) =>
      element(
        'li',
        {},
        element(
          'button',
          { type: 'button', className: 'chip', data: { item }, title: says, onclick: () => press(item) },
          titles.of(item),
          element('span', { className: 'unseen' }, `: ${says}`),
        ),
      ),
    )
  const rest = items.length - shown.length
  return element('ul', { className: 'chips' }, ...shown, rest > 0 && element('li', {}, `and ${rest} more`))
}
