/** Ways in which tools change ids on their way, and ids without what they change. */
const ways: readonly { readonly of: string; readonly plain: (id: string) => string }[] = [
  { of: 'leading zeros', plain: (id) => id.replace(/^0+(?=.)/, '') },
  { of: 'a ".0" at the end', plain: (id) => id.replace(/\.0$/, '') },
  { of: 'capitals', plain: (id) => id.toLowerCase() },
  { of: 'spaces', plain: (id) => id.replace(/\s+/g, '') },
  {
    of: 'leading zeros and a ".0" at the end',
    plain: (id) => id.replace(/\.0$/, '').replace(/^0+(?=.)/, ''),
  },
]

/**
 * What two lists of ids, none of which is in the other, differ in, where at least half of `missing` would be found without it: as when a
 * table was read as numbers and `007` became `7`. Null where it is nothing of the kind.
 */
export function spelledOtherwise(missing: readonly string[], unused: readonly string[]): string | null {
  for (const { of, plain } of ways) {
    const found = new Set(unused.map(plain))
    if (missing.length > 0 && 2 * missing.filter((id) => found.has(plain(id))).length >= missing.length)
      return of
  }
  return null
}
