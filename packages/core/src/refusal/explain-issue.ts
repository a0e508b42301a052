import { nearest } from '../errors.ts'
import { schemasAt, valueAt, type JsonSchema } from './json-schema.ts'
import { inWords } from './schema-words.ts'
import { show } from './show.ts'

/** What a schema of zod 4 says of a value it refuses: plain data, so that nothing here depends on zod. */
export interface Issue {
  readonly code?: string | undefined
  readonly path: readonly PropertyKey[]
  readonly message: string
  /** Of `unrecognized_keys`. */
  readonly keys?: readonly string[]
  /** Of `invalid_union`: what each alternative says. */
  readonly errors?: readonly (readonly Issue[])[]
}

export interface Refused {
  readonly value: unknown
  /** Of what was expected: says the words, so that a bound is named whichever of them was crossed. */
  readonly schema: JsonSchema
  /** Who speaks of a place in the value; the empty path is all of it. */
  readonly place: (path: readonly string[]) => string
  /** What the reader calls a name in a group. */
  readonly noun?: string
}

/**
 * One issue in one line: who speaks, what was expected, what came. An unknown key is answered with those there are; a message that
 * the author of the schema wrote is said as it stands.
 */
export function explainIssue(issue: Issue, refused: Refused): string {
  const { value, schema, place, noun = 'key' } = refused
  const at = place(issue.path.map(String))
  const came = valueAt(value, issue.path)
  if (issue.keys) {
    const groups = schemasAt(schema, issue.path, value)
    // $schema is a word to editors, not to us.
    const known = groups
      .flatMap(({ properties = {} }) => Object.keys(properties))
      .filter((key) => key !== '$schema')
    return `${at}: ${unknownName(noun, issue.keys[0], known)}`
  }
  const meant = meantBranch(issue, came)
  if (meant) return explainIssue({ ...meant, path: [...issue.path, ...meant.path] }, refused)
  if (issue.code === 'custom' || !fromLibrary.test(issue.message))
    return `${at}: ${issue.message}, got ${show(came)}`
  const expected = inWords(schemasAt(schema, issue.path, value)) ?? shorten(issue.message)
  return `${at}: expected ${expected}, got ${show(came)}`
}

/** A name that is not known, with what would have been: after a near one, a long list is left out. */
export function unknownName(
  noun: string,
  name: string,
  known: readonly string[],
  lead: 'it takes' | 'there are' = 'it takes',
): string {
  const near = nearest(name, known)
  const all = `${lead} ${known.join(', ') || 'none'}`
  const hint = near === null ? all : `did you mean "${near}"?${known.length > 20 ? '' : ` ${all}`}`
  return `unknown ${noun} "${name}"; ${hint}`
}

/** Of alternatives for a group or a list, what the one says that fits furthest: it is the one that was meant. */
function meantBranch({ errors = [] }: Issue, came: unknown): Issue | null {
  if (typeof came !== 'object' || came === null) return null
  const deepest = errors
    .map((issues) => ({ first: issues[0], depth: Math.max(0, ...issues.map(({ path }) => path.length)) }))
    .filter(({ first, depth }) => first?.keys !== undefined || depth > 0)
    .sort((a, b) => b.depth - a.depth)
  return deepest[0]?.first ?? null
}

/** How zod's own messages begin. */
const fromLibrary = /^(Invalid|Too (small|big)|Unrecognized)/

function shorten(message: string): string {
  const text = message.replace(/^Invalid (input: (expected )?)?/, '')
  return text.charAt(0).toLowerCase() + text.slice(1)
}
