import { expect, test } from 'vitest'
import { anchors, codeBlocks, links } from './markdown.ts'

const page = [
  '# A page of `code`', // 1
  'See [that](./that.md#part) and [this](https://example.org "title"), not `[code](x.md)`.', // 2
  '```ts run', // 3
  'const a = "[no](link.md)"', // 4
  '```', // 5
  '## Part', // 6
  '## Part', // 7
  '[named]: other.md', // 8
  '````md', // 9
  '```ts', // 10
  'inner', // 11
  '```', // 12
  '````', // 13
].join('\n')

test('code blocks carry their language and the line of their first line', () => {
  expect(codeBlocks(page)).toEqual([
    { info: 'ts run', line: 4, code: 'const a = "[no](link.md)"' },
    { info: 'md', line: 10, code: '```ts\ninner\n```' },
  ])
})

test('links stand in text, not in code', () => {
  expect(links(page)).toEqual([
    { target: './that.md#part', line: 2 },
    { target: 'https://example.org', line: 2 },
    { target: 'other.md', line: 8 },
  ])
})

test('headings become anchors, the second of a name with a number', () => {
  expect([...anchors(page)]).toEqual(['a-page-of-code', 'part', 'part-1'])
})
