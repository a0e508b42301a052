import { parse } from 'parse5'
import { expect, test } from 'vitest'
import { sheetPage } from '../index.ts'

const page = sheetPage({
  title: 'A <script>alert(1)</script> page',
  about: 'about & more',
  version: '1.2.3',
  tiles: [{ value: '98 %', text: 'kept' }],
  warnings: ['mind </div> this'],
  sections: [
    {
      id: 'plots',
      title: 'Quality & size',
      notes: ['up is better'],
      plots: [
        {
          title: 'ndcg by size',
          x: { label: 'size', unit: 'bytes' },
          y: 'ndcg@10',
          points: [
            { name: '<b>one</b>', x: 1024, y: 0.1, spread: 0.01, colour: 0 },
            { name: 'teacher', x: 4096, y: 0.2, spread: null, colour: 'ink' },
            { name: 'unmeasured', x: NaN, y: 0.2, spread: null, colour: 'soft' },
          ],
        },
      ],
    },
    { id: 'table', sheet: { title: 'Numbers', head: ['a', 'b'], rows: [['<i>', '1']], notes: [] } },
  ],
  data: { hostile: '</script><script>alert(2)</script>' },
})

test('a page of sheets and plots is whole HTML that escapes all text and links to its sections', () => {
  const errors: string[] = []
  parse(page, { onParseError: ({ code }) => errors.push(code) })
  expect(errors).toEqual([])
  expect(page).not.toContain('<script>alert')
  expect(page).toContain('&#60;b&#62;one&#60;/b&#62;')
  expect(page).toContain('<a href="#plots">Quality &#38; size</a>')
  expect(page).toContain('<a href="#table">Numbers</a>')
  expect(page).toContain('default-src &#39;none&#39;')
})

test('points without a place on a logarithmic scale are left out', () => {
  expect(page.match(/<circle/g)).toHaveLength(2)
  expect(page).not.toContain('unmeasured')
})
