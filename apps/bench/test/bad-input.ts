import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshFolder, run } from './run.ts'

/** A case: what is wrong, the arguments (files are made in `at`), and what the one line must say. */
export type Case = readonly [wrong: string, argv: (at: string) => string[], says: RegExp]

export const tiny = ['bench', '--preset', 'tiny', '--epochs', '1']

export function describeBadInput(what: string, cases: readonly Case[]): void {
  describe(`bad ${what} end in one line, exit code 2 and nothing written`, () => {
    test.each(cases)('%s', async (_wrong, argv, says) => {
      const at = freshFolder()
      const full = argv(at)
      const before = readdirSync(at).sort()
      const out = join(at, 'out')
      const { code, stdout, stderr } = await run(full[0] === 'bench' ? [...full, '--out', out] : full)
      expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1)
      expect(stderr).toMatch(/^recdistill: /)
      expect(stderr).toMatch(says)
      expect(stdout).toBe('')
      expect(code).toBe(2)
      expect(readdirSync(at).sort()).toEqual(before)
    })
  })
}
