import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { anchors, links } from './markdown.ts'
import { filesEndingIn, readText, root } from './workspace.ts'

const pages = filesEndingIn('.md')

test('there are pages to check', () => {
  expect(pages).toContain('README.md')
})

test.each(pages)('every relative link of %s leads somewhere', (page) => {
  const broken = links(readText(page)).filter(({ target }) => !leadsSomewhere(page, target))
  expect(broken.map(({ line, target }) => `${page}:${line}: ${target}`)).toEqual([])
})

function leadsSomewhere(page: string, target: string): boolean {
  if (/^[a-z][a-z+.-]*:/i.test(target)) return true
  const [path, anchor] = decodeURIComponent(target).split('#')
  const file = path === '' ? page : normalize(join(dirname(page), path))
  if (file.startsWith('..') || !existsSync(join(root, file))) return false
  return anchor === undefined || !file.endsWith('.md') || anchors(readText(file)).has(anchor)
}
