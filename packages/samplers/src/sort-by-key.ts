/** Puts `items[0 .. n - 1]` in ascending order of `keys`, moving both. Insertion sort: lists are short and nearly all calls skip it. */
export function sortByKey(items: Uint32Array, keys: Float64Array, n: number): void {
  for (let i = 1; i < n; i++) {
    const item = items[i]
    const key = keys[i]
    let j = i - 1
    while (j >= 0 && keys[j] > key) {
      items[j + 1] = items[j]
      keys[j + 1] = keys[j]
      j--
    }
    items[j + 1] = item
    keys[j + 1] = key
  }
}
