/* Whole rows, and sums of them. Rows are `width` elements wide. */

/** out[n] = x[ids[n]] for n below `count`. Returns the first n whose id is not below `rows`, or -1 where there is none. */
export function gatherRows(x: usize, rows: u32, ids: usize, count: i32, width: usize, out: usize): i32 {
  const bytes = width << 2
  for (let n = 0; n < count; n++) {
    const id = load<u32>(ids + ((<usize>n) << 2))
    if (id >= rows) return n
    copy(x + <usize>id * bytes, out + <usize>n * bytes, bytes)
  }
  return -1
}

// @ts-ignore: decorator
@inline
function copy(from: usize, to: usize, bytes: usize): void {
  const whole = bytes & ~15
  for (let o: usize = 0; o < whole; o += 16) v128.store(to + o, v128.load(from + o))
  for (let o = whole; o < bytes; o += 4) store<u32>(to + o, load<u32>(from + o))
}

/** out[ids[n]] += x[n] for n below `count` in their order; ids that are not below `rows` are passed over. */
export function addRows(x: usize, ids: usize, count: i32, width: usize, out: usize, rows: u32): void {
  const bytes = width << 2
  const whole = bytes & ~15
  for (let n = 0; n < count; n++) {
    const id = load<u32>(ids + ((<usize>n) << 2))
    if (id >= rows) continue
    const from = x + <usize>n * bytes
    const to = out + <usize>id * bytes
    for (let o: usize = 0; o < whole; o += 16)
      v128.store(to + o, f32x4.add(v128.load(to + o), v128.load(from + o)))
    for (let o = whole; o < bytes; o += 4) store<f32>(to + o, load<f32>(to + o) + load<f32>(from + o))
  }
}

/** out = sum of all rows, first to last; sixteen columns at a time stay in registers. */
export function sumRows(x: usize, rows: usize, width: usize, out: usize): void {
  const bytes = width << 2
  const end = x + rows * bytes
  let o: usize = 0
  for (; o + 64 <= bytes; o += 64) {
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let d = f32x4.splat(0)
    for (let row = x + o; row < end; row += bytes) {
      a = f32x4.add(a, v128.load(row))
      b = f32x4.add(b, v128.load(row, 16))
      c = f32x4.add(c, v128.load(row, 32))
      d = f32x4.add(d, v128.load(row, 48))
    }
    v128.store(out + o, a)
    v128.store(out + o, b, 16)
    v128.store(out + o, c, 32)
    v128.store(out + o, d, 48)
  }
  for (; o < bytes; o += 4) {
    let sum: f32 = 0
    for (let row = x + o; row < end; row += bytes) sum += load<f32>(row)
    store<f32>(out + o, sum)
  }
}

/** out[o, m, i] = x[o, i] for all m below `middle`. [outer, middle, inner] */
export function spread(x: usize, outer: usize, middle: usize, inner: usize, out: usize): void {
  const bytes = inner << 2
  for (let o: usize = 0; o < outer; o++) {
    const from = x + o * bytes
    const to = out + o * middle * bytes
    const end = to + middle * bytes
    if (inner == 1) fill(to, end, load<f32>(from))
    else for (let at = to; at < end; at += bytes) copy(from, at, bytes)
  }
}

function fill(to: usize, end: usize, value: f32): void {
  const four = f32x4.splat(value)
  for (; to + 16 <= end; to += 16) v128.store(to, four)
  for (; to < end; to += 4) store<f32>(to, value)
}
