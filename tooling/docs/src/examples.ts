import { codeBlocks } from './markdown.ts'
import { filesEndingIn, readText } from './workspace.ts'

export interface Example {
  /** Page and line, e.g. `packages/core/README.md:12`. */
  readonly at: string
  readonly page: string
  /** Line of the first line of code, from 1. */
  readonly line: number
  readonly code: string
}

/**
 * Every example that a page promises to run: the first `ts` block of the README of a package or an app, every `ts` block
 * of the root's README, and every block marked `ts run` anywhere in `docs`, CONTRIBUTING.md or a README.
 */
export function examples(): Example[] {
  return filesEndingIn('.md').flatMap((page) => {
    const blocks = codeBlocks(readText(page))
    const readme = /^(packages|apps)\/[^/]+\/README\.md$/.test(page)
    const first = readme ? blocks.find(({ info }) => info === 'ts') : undefined
    return blocks
      .filter(
        (block) =>
          block === first || block.info === 'ts run' || (page === 'README.md' && block.info === 'ts'),
      )
      .map(({ line, code }) => ({ at: `${page}:${line}`, page, line, code }))
  })
}
