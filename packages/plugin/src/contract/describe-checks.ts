import { describe, test } from 'vitest'
import type { Check, Skips } from './check.ts'

/** Makes a vitest suite of checks. A skip that names no check is an error: it would hide a renamed law. */
export function describeChecks(subject: string, checks: readonly Check[], skip: Skips = []): void {
  const names = new Set(checks.map(({ name }) => name))
  for (const { tests } of skip)
    for (const name of tests)
      if (!names.has(name))
        throw new Error(`${subject}: no check is called "${name}"; there are: ${[...names].join('; ')}`)
  describe(subject, () => {
    for (const { name, run } of checks) {
      const reason = skip.find(({ tests }) => tests.includes(name))?.reason
      if (reason === undefined) test(name, run)
      else test.skip(`${name} (${reason})`, run)
    }
  })
}
