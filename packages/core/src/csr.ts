/** Items of each user, ascending. Row `u` is `items[offsets[u]]` up to, not including, `items[offsets[u + 1]]`. */
export interface Csr {
  readonly offsets: Uint32Array // [users + 1]
  readonly items: Uint32Array // [interactions]
}

/** Rows of `items` grouped by `users`, each row in the order of the input. */
export function groupByUser(numUsers: number, users: Uint32Array, items: Uint32Array): Csr {
  const offsets = new Uint32Array(numUsers + 1)
  for (let n = 0; n < users.length; n++) offsets[users[n] + 1]++
  for (let u = 0; u < numUsers; u++) offsets[u + 1] += offsets[u]
  const next = offsets.slice(0, numUsers)
  const out = new Uint32Array(items.length)
  for (let n = 0; n < users.length; n++) out[next[users[n]]++] = items[n]
  return { offsets, items: out }
}

/** The same rows, each ascending. */
export function sortRows({ offsets, items }: Csr): Csr {
  const sorted = items.slice()
  for (let u = 0; u + 1 < offsets.length; u++) sorted.subarray(offsets[u], offsets[u + 1]).sort()
  return { offsets, items: sorted }
}

/** Row `u` as a view, not a copy. */
export function rowOf(csr: Csr, u: number): Uint32Array {
  return csr.items.subarray(csr.offsets[u], csr.offsets[u + 1])
}

/** The users of each item, ascending: rows and columns in exchanged places. */
export function transpose({ offsets, items }: Csr, numItems: number): Csr {
  const users = new Uint32Array(items.length)
  for (let u = 0; u + 1 < offsets.length; u++) users.fill(u, offsets[u], offsets[u + 1])
  return groupByUser(numItems, items, users)
}

/** The union of two sets of rows over the same users, ascending, nothing twice. */
export function unionRows(a: Csr, b: Csr): Csr {
  const users = a.offsets.length - 1
  const offsets = new Uint32Array(users + 1)
  const items = new Uint32Array(a.items.length + b.items.length)
  let n = 0
  for (let u = 0; u < users; u++) {
    let i = a.offsets[u]
    let j = b.offsets[u]
    const iEnd = a.offsets[u + 1]
    const jEnd = b.offsets[u + 1]
    while (i < iEnd || j < jEnd) {
      const x = i < iEnd ? a.items[i] : Infinity
      const y = j < jEnd ? b.items[j] : Infinity
      items[n++] = Math.min(x, y)
      if (x <= y) i++
      if (y <= x) j++
    }
    offsets[u + 1] = n
  }
  return { offsets, items: items.slice(0, n) }
}

/** Whether `item` stands in row `u` of rows that are ascending. */
export function hasItem({ offsets, items }: Csr, u: number, item: number): boolean {
  let low = offsets[u]
  let high = offsets[u + 1]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (items[middle] < item) low = middle + 1
    else high = middle
  }
  return low < offsets[u + 1] && items[low] === item
}
