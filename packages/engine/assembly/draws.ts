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
export function below(n: u32): u32 {
  let scaled = <u64>nextWord() * <u64>n
  if (<u32>scaled < n) {
    const limit = <u32>((<u64>1 << 32) % <u64>n)
    while (<u32>scaled < limit) scaled = <u64>nextWord() * <u64>n
  }
  return <u32>(scaled >> 32)
}

/** Bytes behind the marks that the words of a draw take. */
// @ts-ignore: decorator
@inline
export function wordsBytes(words: u32): usize {
  return streamBytes(words) + 64
}
