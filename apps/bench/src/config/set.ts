import { InputError } from '@recdistill/core'
import { parse } from 'yaml'
import { absolutePaths } from './absolute-paths.ts'
import type { Layer } from './layer.ts'

/**
 * `--set a.b=v` as a layer: the value is read as YAML, so numbers, booleans, null and [lists] are what they look like. Paths start where
 * the command does.
 */
export function setLayer(assignments: readonly string[]): Layer {
  const values: Record<string, unknown> = {}
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=')
    const path = assignment.slice(0, Math.max(equals, 0)).trim().split('.')
    if (equals < 0 || path.some((key) => key === '' || key in {}))
      throw new InputError(`--set: expected key=value, e.g. rrd.K=50, got "${assignment}"`)
    let group = values
    for (const key of path.slice(0, -1)) {
      const inner = group[key]
      if (typeof inner !== 'object' || inner === null) group[key] = {}
      group = group[key] as Record<string, unknown>
    }
    group[path[path.length - 1]] = scalar(assignment.slice(equals + 1))
  }
  return {
    values: absolutePaths(values, process.cwd()),
    speak: (path) => `--set ${path.join('.')}`.trim(),
  }
}

/** A word of the command line as the YAML value it looks like; text that is no YAML stays text. */
export function scalar(text: string): unknown {
  try {
    const value = parse(text) as unknown
    return value === null && !/^(null|~)$/i.test(text.trim()) ? text : value
  } catch {
    return text
  }
}
