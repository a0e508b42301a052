import { Arg } from '../src/wasm/layout'
import { arg, NO_ITEM } from './memory'
import { nextWord, openStream, streamBytes } from './stream'

/*
 * Lists of users, consecutive ones or named, by laws that are declared as data. A user whose draw hangs on the last bits of a logarithm, or is
 * out of the ordinary (fewer candidates than asked for), is marked as unsure and left to the plain twin in samplers. Numbers
 * that decide anything else are computed as there: whole, or in doubles in the same order.
 */

/** First row of a piece of work. */
// @ts-ignore: decorator
@inline
export function firstRow(chunk: u32): u32 {
  return chunk * arg(Arg.chunkRows)
}

// @ts-ignore: decorator
@inline
export function lastRow(chunk: u32): u32 {
  return min(firstRow(chunk) + arg(Arg.chunkRows), arg(Arg.rows))
}

/** Whose turn it is: the rows one after the other, or those of `users`, whose ids count from the same first user. */
// @ts-ignore: decorator
@inline
export function rowAt(turn: u32): u32 {
  const users = <usize>arg(Arg.users)
  return users == 0 ? turn : load<u32>(users + (<usize>turn << 2)) - arg(Arg.firstUser)
}

/** Scratch memory of a thread; it begins with a mark for every item, and all of them are 0. */
// @ts-ignore: decorator
@inline
export function marksOf(thread: u32): usize {
  return <usize>arg(Arg.scratch) + <usize>thread * <usize>arg(Arg.scratchBytes)
}

/** What follows `bytes` of marks. */
// @ts-ignore: decorator
@inline
export function behind(start: usize, bytes: usize): usize {
  return (start + bytes + 63) & ~63
}

// @ts-ignore: decorator
@inline
export function candidatesOf(row: u32): usize {
  return <usize>arg(Arg.from) + (<usize>(row * arg(Arg.k)) << 2)
}

// @ts-ignore: decorator
@inline
export function outOf(row: u32): usize {
  return <usize>arg(Arg.out) + (<usize>(row * arg(Arg.size)) << 2)
}

// @ts-ignore: decorator
@inline
export function openUser(row: u32, words: u32, buffer: usize): void {
  openStream(arg(Arg.key0), arg(Arg.key1), arg(Arg.firstUser) + row, words, buffer)
}

// @ts-ignore: decorator
@inline
export function leaveToTwin(row: u32): void {
  store<u8>(<usize>arg(Arg.unsure) + row, 1)
}

/** Where the training items of a user begin and end. */
// @ts-ignore: decorator
@inline
export function seenFrom(row: u32): usize {
  return (
    <usize>arg(Arg.exclude) +
    (<usize>load<u32>(<usize>arg(Arg.excludeOffsets) + (<usize>(arg(Arg.firstUser) + row) << 2)) << 2)
  )
}

// @ts-ignore: decorator
@inline
export function seenTo(row: u32): usize {
  return seenFrom(row + 1)
}

/** Whether a user has as many candidates as are drawn from: padding stands behind them. */
// @ts-ignore: decorator
@inline
export function isFull(row: u32, n: u32): bool {
  return n > 0 && load<u32>(candidatesOf(row) + (<usize>(n - 1) << 2)) != NO_ITEM
}

/** Where the items of a list end: at its padding, or after `n`. */
// @ts-ignore: decorator
@inline
export function endOf(list: usize, n: u32): usize {
  let end = list + (<usize>n << 2)
  while (end > list && load<u32>(end - 4) == NO_ITEM) end -= 4
  return end
}

/** The first `size` candidates. */
export function drawFirst(chunk: u32): void {
  const size = arg(Arg.size)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const from = candidatesOf(row)
    const out = outOf(row)
    for (let at: usize = 0; at < <usize>size << 2; at += 4) store<u32>(out + at, load<u32>(from + at))
  }
}

/** `sampleExcept` of what is neither seen nor among the first `places` candidates. */
export function drawExcept(chunk: u32, thread: u32): void {
  const size = arg(Arg.size)
  const n = arg(Arg.numItems)
  const places = arg(Arg.places)
  const marks = marksOf(thread)
  const words = behind(marks, n)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const seen = seenFrom(row)
    const seenEnd = seenTo(row)
    const from = candidatesOf(row)
    let end = from
    while (end < from + (<usize>places << 2) && load<u32>(end) != NO_ITEM) end += 4
    const listed = <u32>((seenEnd - seen + end - from) >> 2)
    const open = n - listed
    if (listed > n || open < 2 * size || 8 * <u64>open < <u64>n) {
      leaveToTwin(row)
      continue
    }
    setMarks(marks, seen, seenEnd, 1)
    setMarks(marks, from, end, 1)
    openUser(row, size + size / 16, words)
    const out = outOf(row)
    const outEnd = out + (<usize>size << 2)
    for (let at = out; at < outEnd; at += 4) {
      let item = below(n)
      while (load<u8>(marks + item) != 0) item = below(n)
      store<u8>(marks + item, 1)
      store<u32>(at, item)
    }
    setMarks(marks, seen, seenEnd, 0)
    setMarks(marks, from, end, 0)
    setMarks(marks, out, outEnd, 0)
  }
}

/** An item that is not in the catalogue, which no model should name, has the mark behind the last one. */
// @ts-ignore: decorator
@inline
export function setMarks(marks: usize, items: usize, end: usize, mark: u8): void {
  for (let at = items; at < end; at += 4) store<u8>(markOf(marks, load<u32>(at)), mark)
}

// @ts-ignore: decorator
@inline
export function markOf(marks: usize, item: u32): usize {
  return marks + <usize>min(item, arg(Arg.numItems))
}

/** `below`: the whole part of a draw times n, where its fraction favours no number. */
function below(n: u32): u32 {
  let scaled = <u64>nextWord() * <u64>n
  if (<u32>scaled < n) {
    const limit = <u32>((<u64>1 << 32) % <u64>n)
    while (<u32>scaled < limit) scaled = <u64>nextWord() * <u64>n
  }
  return <u32>(scaled >> 32)
}

/** `drawUnseen`: the r-th item that is not seen, r uniform, found by bisection in those that are. */
export function drawUnseen(chunk: u32, thread: u32): void {
  const size = arg(Arg.size)
  const words = marksOf(thread)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const seen = seenFrom(row)
    const count = <u32>((seenTo(row) - seen) >> 2)
    const open = arg(Arg.numItems) - count
    if (count >= arg(Arg.numItems)) {
      leaveToTwin(row)
      continue
    }
    openUser(row, size + size / 16, words)
    const out = outOf(row)
    for (let place: u32 = 0; place < size; place++) {
      const rank = below(open)
      let low: u32 = 0
      let high = count
      while (low < high) {
        const middle = (low + high) >>> 1
        if (load<u32>(seen + (<usize>middle << 2)) - middle <= rank) low = middle + 1
        else high = middle
      }
      store<u32>(out + (<usize>place << 2), rank + low)
    }
  }
}

/**
 * `drawBestOfTwo`: positions of the best `capacity` items that are not seen, by [scale factor -T, e^(-1/T) - 1] at `table`, in at
 * most `places` draws. With `mode` 1 a position that was drawn before is drawn again.
 */
export function drawBestOfTwo(chunk: u32, thread: u32): void {
  const size = arg(Arg.size)
  const words = marksOf(thread)
  const distinct = arg(Arg.mode) == 1
  const minusT = load<f64>(<usize>arg(Arg.table))
  const span = load<f64>(<usize>arg(Arg.table), 8)
  for (let turn = firstRow(chunk); turn < lastRow(chunk); turn++) {
    const row = rowAt(turn)
    const seen = <u32>((seenTo(row) - seenFrom(row)) >> 2)
    const open = arg(Arg.numItems) - seen
    const n = min(arg(Arg.capacity), open)
    if (seen > arg(Arg.numItems) || n == 0 || (distinct && n <= size)) {
      leaveToTwin(row)
      continue
    }
    openUser(row, 2 * size, words)
    const out = outOf(row)
    const scale = <f64>n * minusT
    let place: u32 = 0
    for (let tries = arg(Arg.places); place < size && tries > 0; tries--) {
      const first = scale * Math.log1p(<f64>nextWord() * 2.3283064365386963e-10 * span)
      const second = scale * Math.log1p(<f64>nextWord() * 2.3283064365386963e-10 * span)
      const better = min(first, second)
      const whole = Math.floor(better)
      // a logarithm that is wrong in its last place may fall on the other side of a whole number
      if (better - whole < 1e-7 || better - whole > 1 - 1e-7) leaveToTwin(row)
      const position = min(n - 1, <u32>whole)
      if (distinct && isAmong(position, out, place)) continue
      store<u32>(out + (<usize>place << 2), position)
      place++
    }
    if (place < size) leaveToTwin(row)
  }
}

function isAmong(position: u32, out: usize, places: u32): bool {
  for (let at = out; at < out + (<usize>places << 2); at += 4) if (load<u32>(at) == position) return true
  return false
}

/** Bytes behind the marks that the words of a draw take. */
// @ts-ignore: decorator
@inline
export function wordsBytes(words: u32): usize {
  return streamBytes(words) + 64
}
