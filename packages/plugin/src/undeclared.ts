import { nearest, show } from '@recdistill/core'

/** Says that a name is none of those declared; null where it is one. */
export function undeclared(kind: 'list' | 'value', name: unknown, names: readonly string[]): string | null {
  if (names.includes(name as string)) return null
  const near = nearest(String(name), names)
  return `there is no ${kind} ${show(name)};${near ? ` did you mean "${near}"?` : ''} declared are ${names.join(', ') || 'none'}`
}
