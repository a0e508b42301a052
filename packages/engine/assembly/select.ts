/** Moves the `k` largest of `n` keys, all different, to the front, in any order. Quickselect with median of three. */
export function keep(keys: usize, n: u32, k: u32): void {
  let low: i32 = 0
  let high: i32 = <i32>n - 1
  const last = <i32>k - 1
  while (high - low > 8) {
    const pivot = middleOf(at(keys, low), at(keys, low + ((high - low) >> 1)), at(keys, high))
    let i = low
    let j = high
    while (i <= j) {
      while (at(keys, i) > pivot) i++
      while (at(keys, j) < pivot) j--
      if (i <= j) {
        swap(keys, i, j)
        i++
        j--
      }
    }
    if (last <= j) high = j
    else if (last >= i) low = i
    else return
  }
  insertionSort(keys, low, high)
}

/** Largest first. */
export function sortDescending(keys: usize, n: u32): void {
  if (n > 1) sortRange(keys, 0, <i32>n - 1)
}

function sortRange(keys: usize, from: i32, to: i32): void {
  let low = from
  let high = to
  while (high - low > 16) {
    const pivot = middleOf(at(keys, low), at(keys, low + ((high - low) >> 1)), at(keys, high))
    let i = low
    let j = high
    while (i <= j) {
      while (at(keys, i) > pivot) i++
      while (at(keys, j) < pivot) j--
      if (i <= j) {
        swap(keys, i, j)
        i++
        j--
      }
    }
    // the shorter side by recursion, so the depth stays below log2(n)
    if (j - low < high - i) {
      sortRange(keys, low, j)
      low = i
    } else {
      sortRange(keys, i, high)
      high = j
    }
  }
  insertionSort(keys, low, high)
}

function insertionSort(keys: usize, from: i32, to: i32): void {
  for (let i = from + 1; i <= to; i++) {
    const key = at(keys, i)
    let j = i - 1
    while (j >= from && at(keys, j) < key) {
      store<u64>(keys + (<usize>(j + 1) << 3), at(keys, j))
      j--
    }
    store<u64>(keys + (<usize>(j + 1) << 3), key)
  }
}

// @ts-ignore: decorator
@inline
function at(keys: usize, n: i32): u64 {
  return load<u64>(keys + (<usize>n << 3))
}

// @ts-ignore: decorator
@inline
function swap(keys: usize, i: i32, j: i32): void {
  const key = at(keys, i)
  store<u64>(keys + (<usize>i << 3), at(keys, j))
  store<u64>(keys + (<usize>j << 3), key)
}

// @ts-ignore: decorator
@inline
function middleOf(a: u64, b: u64, c: u64): u64 {
  return max(min(a, b), min(max(a, b), c))
}
