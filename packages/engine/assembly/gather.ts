import { Arg, Head } from '../src/wasm/layout'
import { arg, head, rowBytes } from './memory'
import { copy } from './vectors'

/** out[n] = row users[n] of the user table. */
export function gather(chunk: u32): void {
  const table = <usize>arg(Arg.user)
  const bytes = rowBytes(table)
  const values = <usize>head(table, Head.values)
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  for (let row = from; row < to; row++)
    copy(
      <usize>arg(Arg.out) + <usize>row * bytes,
      values + <usize>load<u32>(<usize>arg(Arg.users) + (<usize>row << 2)) * bytes,
      bytes,
    )
}

/** out[n] = row users[n] of an array of rows of `k` numbers. */
export function selectRows(chunk: u32): void {
  const bytes = <usize>arg(Arg.k) << 2
  const input = <usize>arg(Arg.input)
  const from = chunk * arg(Arg.chunkRows)
  const to = min(from + arg(Arg.chunkRows), arg(Arg.rows))
  let out = <usize>arg(Arg.out) + <usize>from * bytes
  for (let row = from; row < to; row++) {
    const source = input + <usize>load<u32>(<usize>arg(Arg.users) + (<usize>row << 2)) * bytes
    let o: usize = 0
    for (; o + 16 <= bytes; o += 16) v128.store(out + o, v128.load(source + o))
    for (; o < bytes; o += 4) store<u32>(out + o, load<u32>(source + o))
    out += bytes
  }
}
