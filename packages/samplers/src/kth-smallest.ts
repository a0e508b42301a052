/**
 * The k-th smallest (k = 1 is the least) of `values[0 .. n - 1]`; reorders them.
 * Quickselect around a median of three, so linear on average; deterministic.
 */
export function kthSmallest(values: Float64Array, n: number, k: number): number {
  const target = k - 1
  let low = 0
  let high = n - 1
  while (low < high) {
    const pivot = medianOfThree(values[low], values[(low + high) >>> 1], values[high])
    let i = low
    let j = high
    while (i <= j) {
      while (values[i] < pivot) i++
      while (values[j] > pivot) j--
      if (i <= j) {
        const kept = values[i]
        values[i++] = values[j]
        values[j--] = kept
      }
    }
    if (target <= j) high = j
    else if (target >= i) low = i
    else return pivot
  }
  return values[target]
}

function medianOfThree(a: number, b: number, c: number): number {
  if (a < b) return b < c ? b : a < c ? c : a
  return a < c ? a : b < c ? c : b
}
