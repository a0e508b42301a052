import type { Reporter, TestModule, Vitest } from 'vitest/node'

/** Says at the end of a run which tests were skipped and why, so that nothing is left out in silence. */
export default class SkippedReporter implements Reporter {
  #filtered = false

  onInit(vitest: Vitest): void {
    this.#filtered = vitest.config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // With `-t` every other test counts as skipped: that was asked for.
    const lines = this.#filtered ? [] : skippedLines(modules)
    if (lines.length > 0) console.log(['', `Skipped (${lines.length}):`, ...lines, ''].join('\n'))
  }
}

/** One line a skipped test: project, name, reason. */
function skippedLines(modules: readonly TestModule[]): string[] {
  return modules.flatMap((module) =>
    [...module.children.allTests('skipped')].map((test) => {
      const result = test.result()
      const reason = (result.state === 'skipped' && result.note) || 'no reason given'
      return `  ${module.project.name}: ${test.fullName} (${reason})`
    }),
  )
}
