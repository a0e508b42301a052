import { Arg, Head } from '../src/wasm/layout'
import { arg, head, rowBytes } from './memory'
import { lengthOf } from './padding'
import { axpy20, BYTES20 } from './rows20'
import { add, axpy, clear } from './vectors'

/** Bytes of an entry. */
const RECORD: usize = 12

/**
 * Entries of a piece of rows, sorted by part of the item table, otherwise in order. Part p of piece c starts at
 * offsets[c, p]. An entry is the address of the user's row, of the item's gradient, and the gradient of the score.
 * Padding goes to a part that nobody reads.
 */
export function sortEntries(chunk: u32, from: u32, to: u32, scratch: usize): void {
  const parts = arg(Arg.parts)
  const shift = arg(Arg.shift)
  const k0 = arg(Arg.k0)
  const k1 = arg(Arg.k1)
  const next = scratch
  clear(next, <usize>(parts + 1) << 2)
  for (let row = from; row < to; row++) {
    countParts(next, <usize>arg(Arg.items0) + (<usize>(row * k0) << 2), k0, shift, parts)
    countParts(next, <usize>arg(Arg.items1) + (<usize>(row * k1) << 2), k1, shift, parts)
  }
  const offsets = <usize>arg(Arg.offsets) + (<usize>(chunk * (parts + 1)) << 2)
  let total = from * (k0 + k1)
  for (let part: u32 = 0; part <= parts; part++) {
    const at = <usize>part << 2
    const count = load<u32>(next + at)
    store<u32>(offsets + at, total)
    store<u32>(next + at, total)
    total += count
  }
  const user = <usize>arg(Arg.user)
  const bytes = rowBytes(user)
  for (let row = from; row < to; row++) {
    const u = head(user, Head.values) + load<u32>(<usize>arg(Arg.users) + (<usize>row << 2)) * bytes
    const items0 = <usize>arg(Arg.items0) + (<usize>(row * k0) << 2)
    const items1 = <usize>arg(Arg.items1) + (<usize>(row * k1) << 2)
    placeEntries(next, items0, k0, <usize>arg(Arg.grad0) + (<usize>(row * arg(Arg.pad0)) << 2), u, shift, parts)
    placeEntries(next, items1, k1, <usize>arg(Arg.grad1) + (<usize>(row * arg(Arg.pad1)) << 2), u, shift, parts)
  }
}

// @ts-ignore: decorator
@inline
function countParts(next: usize, items: usize, k: u32, shift: u32, parts: u32): void {
  const item = <usize>arg(Arg.item)
  const rows = head(item, Head.rows)
  const dirty = <usize>head(item, Head.dirty)
  const end = items + (<usize>lengthOf(items, k) << 2)
  for (let n = items; n < end; n += 4) {
    const id = load<u32>(n)
    const at = next + (<usize>min(id >> shift, parts) << 2)
    store<u32>(at, load<u32>(at) + 1)
    // threads may mark the same row, with the same byte; the mark of padding stands behind the table
    store<u8>(dirty + min(id, rows), 1)
  }
}

// @ts-ignore: decorator
@inline
function placeEntries(next: usize, items: usize, k: u32, grad: usize, u: u32, shift: u32, parts: u32): void {
  const records = <usize>arg(Arg.records)
  const item = <usize>arg(Arg.item)
  const grads = head(item, Head.grad)
  const bytes = rowBytes(item)
  const end = items + (<usize>lengthOf(items, k) << 2)
  for (; items < end; items += 4) {
    const id = load<u32>(items)
    const at = next + (<usize>min(id >> shift, parts) << 2)
    const place = load<u32>(at)
    store<u32>(at, place + 1)
    const record = records + <usize>place * RECORD
    store<u32>(record, u)
    store<u32>(record, grads + id * bytes, 4)
    store<f32>(record, load<f32>(grad), 8)
    grad += 4
  }
}

/** Adds gradients to the rows of one part of a table: entries of lists to items, then whole rows to users. */
export function accumulate(chunk: u32): void {
  if (chunk < arg(Arg.parts)) accumulateItems(chunk)
  else accumulateRows(chunk - arg(Arg.parts))
}

function accumulateItems(part: u32): void {
  const item = <usize>arg(Arg.item)
  const bytes = rowBytes(item)
  const parts = arg(Arg.parts)
  const chunkRows = arg(Arg.chunkRows)
  const chunks = (arg(Arg.rows) + chunkRows - 1) / chunkRows
  const records = <usize>arg(Arg.records)
  for (let chunk: u32 = 0; chunk < chunks; chunk++) {
    const offsets = <usize>arg(Arg.offsets) + (<usize>(chunk * (parts + 1) + part) << 2)
    const end = records + <usize>load<u32>(offsets, 4) * RECORD
    let record = records + <usize>load<u32>(offsets) * RECORD
    if (bytes == BYTES20)
      for (; record < end; record += RECORD)
        axpy20(load<u32>(record, 4), load<u32>(record), v128.load32_splat(record, 8))
    for (; record < end; record += RECORD)
      axpy(load<u32>(record, 4), load<u32>(record), v128.load32_splat(record, 8), bytes)
  }
}

/** Adds row n of the user gradients to the gradient of row users[n], for users of one part. */
function accumulateRows(part: u32): void {
  const table = <usize>arg(Arg.user)
  const bytes = rowBytes(table)
  const grads = <usize>head(table, Head.grad)
  const dirty = <usize>head(table, Head.dirty)
  const users = <usize>arg(Arg.users)
  const rows = arg(Arg.rows)
  const shift = arg(Arg.userShift)
  const from = <usize>arg(Arg.userGrad)
  for (let row: u32 = 0; row < rows; row++) {
    const id = load<u32>(users + (<usize>row << 2))
    if (id >> shift != part) continue
    store<u8>(dirty + id, 1)
    add(grads + <usize>id * bytes, from + <usize>row * bytes, bytes)
  }
}
