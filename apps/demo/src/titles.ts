/** What items are called, where somebody said so; their ids otherwise. */
export interface Titles {
  of(item: string): string
  /** Items whose id or title holds the words, those that begin with them first. */
  find(words: string, items: Iterable<string>, most: number): string[]
}

export function createTitles(titles: ReadonlyMap<string, string> = new Map()): Titles {
  const of = (item: string) => titles.get(item) ?? item
  return {
    of,
    find(words, items, most) {
      const wanted = words.trim().toLowerCase()
      if (wanted === '') return []
      const first: string[] = []
      const later: string[] = []
      for (const item of items) {
        const at = Math.min(...[item, of(item)].map((text) => indexOf(text.toLowerCase(), wanted)))
        if (at === 0) first.push(item)
        else if (at < Infinity) later.push(item)
        if (first.length >= most) break
      }
      first.sort((a, b) => a.length - b.length)
      return [...first, ...later].slice(0, most)
    },
  }
}

function indexOf(text: string, part: string): number {
  const at = text.indexOf(part)
  return at < 0 ? Infinity : at
}

/** Titles from a JSON object of ids and titles. @throws Error saying what came instead. */
export async function fetchTitles(address: URL): Promise<Titles> {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`titles: ${address.href} answered ${response.status}`)
  const value: unknown = await response.json().catch(() => undefined) // no JSON is no object either
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(
      `titles: ${address.href}: expected a JSON object of ids and titles; ids are shown instead`,
    )
  return createTitles(new Map(Object.entries(value).map(([item, title]) => [item, String(title)])))
}
