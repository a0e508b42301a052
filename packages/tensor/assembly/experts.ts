/*
 * A mixture of experts and its gradient on a shared memory, by all threads. Addresses are bytes; all elements are f32.
 *
 *     out[r] = sum over e of z[r, e] (relu(x[r] W_e + b_e) V_e + c_e)
 *
 * What is 0 is not computed: hidden units that are off (about half), and experts whose weight is 0 (the caller makes it so
 * where it would be lost in rounding: nearly all once the selection is sharp). The units of a row that are on are listed; V lies in panels of 32 columns that stay in the first cache while the lists of a block of rows run over them.
 * Pieces of a job (experts, or blocks of rows) write to places of their own, so nothing depends on the number of threads.
 */

const PANEL: usize = 32 // columns
const PANEL_BYTES: usize = PANEL * 4
const BLOCK: usize = 64 // rows
const LIST_ENTRY: usize = 8 // u32 offset, f32 factor

/** Words of the block that the caller fills in before a job. */
const enum Field {
  rows,
  inputs, // a multiple of 4
  experts,
  hidden,
  outputs,
  x, // [rows, inputs]
  z, // [rows, experts]
  first, // [rawInputs, experts * hidden]
  rawInputs,
  firstBias, // [experts * hidden]
  second, // [experts * hidden, outputs]
  secondBias, // [experts, outputs]
  packed, // experts * packedBytes()
  out, // [rows, panels * 32]: the mixture, or the gradient with respect to it
  dx, // [rows, inputs]
  dz, // [rows, experts]
  dFirst,
  dFirstBias,
  dSecond,
  dSecondBias,
  dPacked, // experts * packedBytes()
  dxParts, // [experts, rows, inputs]
  scratch, // threads * scratchBytes()
  words,
}

// Not static data, which every thread that comes in would write anew.
// @ts-ignore: decorator
@inline
function fields(): usize {
  return (__heap_base + 63) & ~63
}

export function fieldsAt(): usize {
  return fields()
}

/** Where the caller's own memory begins. */
export function heapAt(): usize {
  return fields() + 256
}

// @ts-ignore: decorator
@inline
function field(index: Field): usize {
  return <usize>load<u32>(fields() + (<usize>index << 2))
}

// @ts-ignore: decorator
@inline
function panels(): usize {
  return (field(Field.outputs) + PANEL - 1) / PANEL
}

/** Hidden units and the places that fill up eight. */
// @ts-ignore: decorator
@inline
function width(): usize {
  return (field(Field.hidden) + 7) & ~7
}

/** One expert: [panels, hidden, 32], [inputs, width], [width], [panels * 32]. */
export function packedBytes(): usize {
  const p = panels()
  return (p * field(Field.hidden) * PANEL + field(Field.inputs) * width() + width() + p * PANEL) * 4
}

// @ts-ignore: decorator
@inline
function firstIn(packed: usize): usize {
  return packed + panels() * field(Field.hidden) * PANEL_BYTES
}

// @ts-ignore: decorator
@inline
function firstBiasIn(packed: usize): usize {
  return firstIn(packed) + field(Field.inputs) * width() * 4
}

// @ts-ignore: decorator
@inline
function secondBiasIn(packed: usize): usize {
  return firstBiasIn(packed) + width() * 4
}

/** Of one thread, a multiple of 64. */
export function scratchBytes(): usize {
  const w = width()
  const bytes =
    BLOCK * 16 + // the rows of the block, their weights, lengths of their lists
    w * 4 + // lengths of the lists of units
    (BLOCK + 4) * w * 4 * 2 + // sums of units, gradients with respect to them
    BLOCK * w * LIST_ENTRY * 2 + // lists of rows, lists of units
    BLOCK * w * 16 // dot products in four parts
  return (bytes + 63) & ~63
}

/*
 * Fork and join. Pieces of a job are claimed one by one by whoever is free. Between jobs `next` is beyond every number of
 * pieces, so a thread that comes late finds nothing to do.
 */
const enum Control {
  generation,
  next,
  pieces,
  done,
  job,
  quit,
}
const IDLE: u32 = 0x40000000
const SPINS: i32 = 2000

// @ts-ignore: decorator
@inline
function control(index: Control): usize {
  return fields() + 192 + (<usize>index << 2)
}

/** Runs all pieces of a job and returns when they are done. Called by the thread that owns the memory. */
export function fork(job: u32, pieces: u32, workers: u32): void {
  if (workers == 0 || pieces < 2) {
    for (let piece: u32 = 0; piece < pieces; piece++) run(job, piece, 0)
    return
  }
  store<u32>(control(Control.job), job)
  store<u32>(control(Control.pieces), pieces)
  atomic.store<u32>(control(Control.done), 0)
  atomic.store<u32>(control(Control.next), 0)
  atomic.add<u32>(control(Control.generation), 1)
  atomic.notify(control(Control.generation), workers)
  work(0)
  while (true) {
    const done = atomic.load<u32>(control(Control.done))
    if (done == pieces) break
    atomic.wait<u32>(control(Control.done), done, 100_000_000)
  }
  atomic.store<u32>(control(Control.next), IDLE)
}

/** The life of a worker: take part in every job until told to quit. */
export function serve(thread: u32): void {
  let seen: u32 = 0
  while (atomic.load<u32>(control(Control.quit)) == 0) {
    for (let spin = 0; spin < SPINS && atomic.load<u32>(control(Control.generation)) == seen; spin++) {}
    const generation = atomic.load<u32>(control(Control.generation))
    if (generation == seen) {
      atomic.wait<u32>(control(Control.generation), seen, -1)
      continue
    }
    seen = generation
    work(thread)
  }
}

function work(thread: u32): void {
  while (true) {
    const piece = atomic.add<u32>(control(Control.next), 1)
    if (piece >= load<u32>(control(Control.pieces))) return
    run(load<u32>(control(Control.job)), piece, thread)
    const done = atomic.add<u32>(control(Control.done), 1) + 1
    if (done == load<u32>(control(Control.pieces))) atomic.notify(control(Control.done), 1)
  }
}

/** job 0: pack an expert, 1: mix a block of rows, 2: gradient of an expert, 3: gradient of a block of x. */
export function run(job: u32, piece: u32, thread: u32): void {
  const scratch = field(Field.scratch) + <usize>thread * scratchBytes()
  if (job == 0) pack(piece)
  else if (job == 1) mix(piece, scratch)
  else if (job == 2) differentiate(piece, scratch)
  else addParts(piece)
}

// @ts-ignore: decorator
@inline
function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

// @ts-ignore: decorator
@inline
function splat(address: usize): v128 {
  return v128.load32_splat(address)
}

/** Sums of the lanes of four vectors. */
// @ts-ignore: decorator
@inline
function sumLanesOf4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7))
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
}

// @ts-ignore: decorator
@inline
function sumLanes(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 2) + (f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3))
  )
}

/** The parameters of an expert, from the layout of the caller. */
function pack(e: usize): void {
  const hidden = field(Field.hidden)
  const outputs = field(Field.outputs)
  const packed = field(Field.packed) + e * packedBytes()
  memory.fill(packed, 0, packedBytes())
  for (let c: usize = 0; c < panels(); c++) {
    const columns = min(PANEL, outputs - c * PANEL)
    for (let j: usize = 0; j < hidden; j++)
      memory.copy(
        packed + (c * hidden + j) * PANEL_BYTES,
        field(Field.second) + ((e * hidden + j) * outputs + c * PANEL) * 4,
        columns * 4,
      )
  }
  const units = field(Field.experts) * hidden
  for (let k: usize = 0; k < field(Field.rawInputs); k++)
    memory.copy(
      firstIn(packed) + k * width() * 4,
      field(Field.first) + (k * units + e * hidden) * 4,
      hidden * 4,
    )
  memory.copy(firstBiasIn(packed), field(Field.firstBias) + e * hidden * 4, hidden * 4)
  memory.copy(secondBiasIn(packed), field(Field.secondBias) + e * outputs * 4, outputs * 4)
}

/** The gradient of an expert, into the layout of the caller. */
function unpack(e: usize): void {
  const hidden = field(Field.hidden)
  const outputs = field(Field.outputs)
  const packed = field(Field.dPacked) + e * packedBytes()
  for (let c: usize = 0; c < panels(); c++) {
    const columns = min(PANEL, outputs - c * PANEL)
    for (let j: usize = 0; j < hidden; j++)
      memory.copy(
        field(Field.dSecond) + ((e * hidden + j) * outputs + c * PANEL) * 4,
        packed + (c * hidden + j) * PANEL_BYTES,
        columns * 4,
      )
  }
  const units = field(Field.experts) * hidden
  for (let k: usize = 0; k < field(Field.rawInputs); k++)
    memory.copy(
      field(Field.dFirst) + (k * units + e * hidden) * 4,
      firstIn(packed) + k * width() * 4,
      hidden * 4,
    )
  memory.copy(field(Field.dFirstBias) + e * hidden * 4, firstBiasIn(packed), hidden * 4)
  memory.copy(field(Field.dSecondBias) + e * outputs * 4, secondBiasIn(packed), outputs * 4)
}

/** Where the parts of a thread's scratch memory begin. */
// @ts-ignore: decorator
@inline
function rowsAt(scratch: usize): usize {
  return scratch // u32 rows of the block
}
// @ts-ignore: decorator
@inline
function weightsAt(scratch: usize): usize {
  return scratch + BLOCK * 4
}
// @ts-ignore: decorator
@inline
function countsAt(scratch: usize): usize {
  return scratch + BLOCK * 8
}
// @ts-ignore: decorator
@inline
function unitCountsAt(scratch: usize): usize {
  return scratch + BLOCK * 16
}
// @ts-ignore: decorator
@inline
function sumsAt(scratch: usize): usize {
  return unitCountsAt(scratch) + width() * 4
}
// @ts-ignore: decorator
@inline
function unitGradientsAt(scratch: usize): usize {
  return sumsAt(scratch) + (BLOCK + 4) * width() * 4
}
// @ts-ignore: decorator
@inline
function rowListsAt(scratch: usize): usize {
  return unitGradientsAt(scratch) + (BLOCK + 4) * width() * 4
}
// @ts-ignore: decorator
@inline
function unitListsAt(scratch: usize): usize {
  return rowListsAt(scratch) + BLOCK * width() * LIST_ENTRY
}
// @ts-ignore: decorator
@inline
function dotsAt(scratch: usize): usize {
  return unitListsAt(scratch) + BLOCK * width() * LIST_ENTRY
}

/** Collects rows of `from` to `to` that weigh expert e, up to a block of them. Returns the row to go on from. */
function collect(e: usize, from: usize, to: usize, scratch: usize): usize {
  const experts = field(Field.experts)
  let count: usize = 0
  let r = from
  for (; r < to && count < BLOCK; r++) {
    const weight = load<f32>(field(Field.z) + (r * experts + e) * 4)
    store<u32>(rowsAt(scratch) + count * 4, <u32>r)
    store<f32>(weightsAt(scratch) + count * 4, weight)
    count += weight != 0 ? 1 : 0
  }
  store<u32>(countsAt(scratch) + BLOCK * 4, <u32>count)
  return r
}

// @ts-ignore: decorator
@inline
function collectedIn(scratch: usize): usize {
  return <usize>load<u32>(countsAt(scratch) + BLOCK * 4)
}

// @ts-ignore: decorator
@inline
function rowOf(scratch: usize, i: usize): usize {
  return <usize>load<u32>(rowsAt(scratch) + i * 4)
}

/** sums[i, j] = b_j + sum over k of x[row i, k] W[k, j], four rows at a time. */
function sumUnits(packed: usize, count: usize, scratch: usize): void {
  const inputs = field(Field.inputs)
  const line = width() * 4
  const x = field(Field.x)
  const first = firstIn(packed)
  const bias = firstBiasIn(packed)
  for (let i: usize = 0; i < count; i += 4) {
    const x0 = x + rowOf(scratch, i) * inputs * 4
    const x1 = x + rowOf(scratch, min(i + 1, count - 1)) * inputs * 4
    const x2 = x + rowOf(scratch, min(i + 2, count - 1)) * inputs * 4
    const x3 = x + rowOf(scratch, min(i + 3, count - 1)) * inputs * 4
    const to = sumsAt(scratch) + i * line
    for (let j: usize = 0; j < line; j += 32) {
      let a0 = v128.load(bias + j)
      let a1 = v128.load(bias + j, 16)
      let b0 = a0
      let b1 = a1
      let c0 = a0
      let c1 = a1
      let d0 = a0
      let d1 = a1
      let from = first + j
      for (let k: usize = 0; k < inputs * 4; k += 4) {
        const w0 = v128.load(from)
        const w1 = v128.load(from, 16)
        const s0 = splat(x0 + k)
        a0 = fma(s0, w0, a0)
        a1 = fma(s0, w1, a1)
        const s1 = splat(x1 + k)
        b0 = fma(s1, w0, b0)
        b1 = fma(s1, w1, b1)
        const s2 = splat(x2 + k)
        c0 = fma(s2, w0, c0)
        c1 = fma(s2, w1, c1)
        const s3 = splat(x3 + k)
        d0 = fma(s3, w0, d0)
        d1 = fma(s3, w1, d1)
        from += line
      }
      v128.store(to + j, a0)
      v128.store(to + j, a1, 16)
      v128.store(to + line + j, b0)
      v128.store(to + line + j, b1, 16)
      v128.store(to + 2 * line + j, c0)
      v128.store(to + 2 * line + j, c1, 16)
      v128.store(to + 3 * line + j, d0)
      v128.store(to + 3 * line + j, d1, 16)
    }
  }
}

/** The mixture of a block of rows. */
function mix(block: usize, scratch: usize): void {
  const from = block * BLOCK
  const to = min(from + BLOCK, field(Field.rows))
  const line = panels() * PANEL_BYTES
  const hidden = field(Field.hidden)
  const out = field(Field.out)
  memory.fill(out + from * line, 0, (to - from) * line)
  for (let e: usize = 0; e < field(Field.experts); e++) {
    collect(e, from, to, scratch)
    const count = collectedIn(scratch)
    if (count == 0) continue
    const packed = field(Field.packed) + e * packedBytes()
    sumUnits(packed, count, scratch)
    for (let i: usize = 0; i < count; i++) {
      const weight = load<f32>(weightsAt(scratch) + i * 4)
      const sums = sumsAt(scratch) + i * width() * 4
      const list = rowListsAt(scratch) + i * width() * LIST_ENTRY
      let end = list
      for (let j: usize = 0; j < hidden; j++) {
        const sum = load<f32>(sums + j * 4)
        store<u32>(end, <u32>(j * PANEL_BYTES))
        store<f32>(end, sum * weight, 4)
        end += sum > 0 ? LIST_ENTRY : 0
      }
      store<u32>(countsAt(scratch) + i * 4, <u32>(end - list))
      axpy(out + rowOf(scratch, i) * line, secondBiasIn(packed), weight, line)
    }
    for (let c: usize = 0; c < panels(); c++) {
      const panel = packed + c * hidden * PANEL_BYTES
      for (let i: usize = 0; i < count; i++) {
        const list = rowListsAt(scratch) + i * width() * LIST_ENTRY
        const end = list + <usize>load<u32>(countsAt(scratch) + i * 4)
        gather(out + rowOf(scratch, i) * line + c * PANEL_BYTES, list, end, panel)
      }
    }
  }
}

/** to += factor * from, `bytes` a multiple of 32. */
function axpy(to: usize, from: usize, factor: f32, bytes: usize): void {
  const f = f32x4.splat(factor)
  for (let n: usize = 0; n < bytes; n += 32) {
    v128.store(to + n, fma(f, v128.load(from + n), v128.load(to + n)))
    v128.store(to + n, fma(f, v128.load(from + n, 16), v128.load(to + n, 16)), 16)
  }
}

/** 32 columns: to += sum over the list of factor * (row of 32 at offset). */
function gather(to: usize, list: usize, end: usize, rows: usize): void {
  let s0 = v128.load(to)
  let s1 = v128.load(to, 16)
  let s2 = v128.load(to, 32)
  let s3 = v128.load(to, 48)
  let s4 = v128.load(to, 64)
  let s5 = v128.load(to, 80)
  let s6 = v128.load(to, 96)
  let s7 = v128.load(to, 112)
  for (; list < end; list += LIST_ENTRY) {
    const row = rows + <usize>load<u32>(list)
    const factor = splat(list + 4)
    s0 = fma(factor, v128.load(row), s0)
    s1 = fma(factor, v128.load(row, 16), s1)
    s2 = fma(factor, v128.load(row, 32), s2)
    s3 = fma(factor, v128.load(row, 48), s3)
    s4 = fma(factor, v128.load(row, 64), s4)
    s5 = fma(factor, v128.load(row, 80), s5)
    s6 = fma(factor, v128.load(row, 96), s6)
    s7 = fma(factor, v128.load(row, 112), s7)
  }
  v128.store(to, s0)
  v128.store(to, s1, 16)
  v128.store(to, s2, 32)
  v128.store(to, s3, 48)
  v128.store(to, s4, 64)
  v128.store(to, s5, 80)
  v128.store(to, s6, 96)
  v128.store(to, s7, 112)
}

/** dots[n] += 32 columns of <at, row of 32 at the list's n-th offset>, in four parts. */
function multiplyListed(at: usize, list: usize, end: usize, rows: usize, dots: usize): void {
  const d0 = v128.load(at)
  const d1 = v128.load(at, 16)
  const d2 = v128.load(at, 32)
  const d3 = v128.load(at, 48)
  const d4 = v128.load(at, 64)
  const d5 = v128.load(at, 80)
  const d6 = v128.load(at, 96)
  const d7 = v128.load(at, 112)
  for (; list < end; list += LIST_ENTRY) {
    const row = rows + <usize>load<u32>(list)
    let even = fma(d0, v128.load(row), v128.load(dots))
    let odd = f32x4.mul(d1, v128.load(row, 16))
    even = fma(d2, v128.load(row, 32), even)
    odd = fma(d3, v128.load(row, 48), odd)
    even = fma(d4, v128.load(row, 64), even)
    odd = fma(d5, v128.load(row, 80), odd)
    even = fma(d6, v128.load(row, 96), even)
    odd = fma(d7, v128.load(row, 112), odd)
    v128.store(dots, f32x4.add(even, odd))
    dots += 16
  }
}

/** The gradient of one expert, and its part of that of x and z. */
function differentiate(e: usize, scratch: usize): void {
  const rows = field(Field.rows)
  const inputs = field(Field.inputs)
  const experts = field(Field.experts)
  const parts = field(Field.dxParts) + e * rows * inputs * 4
  const gradient = field(Field.dPacked) + e * packedBytes()
  memory.fill(gradient, 0, packedBytes())
  memory.fill(parts, 0, rows * inputs * 4)
  for (let r: usize = 0; r < rows; r++) store<f32>(field(Field.dz) + (r * experts + e) * 4, 0)
  let r: usize = 0
  while (r < rows) {
    r = collect(e, r, rows, scratch)
    if (collectedIn(scratch) > 0) differentiateBlock(e, gradient, parts, scratch)
  }
  unpack(e)
}

function differentiateBlock(e: usize, gradient: usize, parts: usize, scratch: usize): void {
  const count = collectedIn(scratch)
  const packed = field(Field.packed) + e * packedBytes()
  sumUnits(packed, count, scratch)
  listUnits(count, scratch)
  unitGradients(e, packed, count, scratch)
  secondLayer(gradient, count, scratch)
  firstLayer(gradient, count, scratch)
  inputGradients(packed, parts, count, scratch)
}

/** For each row the units that are on, and for each unit the rows in which it is. */
function listUnits(count: usize, scratch: usize): void {
  const hidden = field(Field.hidden)
  const line = panels() * PANEL_BYTES
  const unitCounts = unitCountsAt(scratch)
  memory.fill(unitCounts, 0, width() * 4)
  for (let i: usize = 0; i < count; i++) {
    const weight = load<f32>(weightsAt(scratch) + i * 4)
    const row = <u32>(rowOf(scratch, i) * line)
    const sums = sumsAt(scratch) + i * width() * 4
    const list = rowListsAt(scratch) + i * width() * LIST_ENTRY
    let end = list
    for (let j: usize = 0; j < hidden; j++) {
      const sum = load<f32>(sums + j * 4)
      const on: usize = sum > 0 ? LIST_ENTRY : 0
      store<u32>(end, <u32>(j * PANEL_BYTES))
      store<f32>(end, sum, 4)
      end += on
      const length = <usize>load<u32>(unitCounts + j * 4)
      const entry = unitListsAt(scratch) + j * BLOCK * LIST_ENTRY + length
      store<u32>(entry, row)
      store<f32>(entry, sum * weight, 4)
      store<u32>(unitCounts + j * 4, <u32>(length + on))
    }
    store<u32>(countsAt(scratch) + i * 4, <u32>(end - list))
  }
}

/** Gradient with respect to the sums of units, 0 where a unit is off, and to the weight of the expert. */
function unitGradients(e: usize, packed: usize, count: usize, scratch: usize): void {
  const hidden = field(Field.hidden)
  const line = panels() * PANEL_BYTES
  const unitLine = width() * 4
  const out = field(Field.out)
  memory.fill(dotsAt(scratch), 0, count * width() * 16)
  for (let c: usize = 0; c < panels(); c++) {
    const panel = packed + c * hidden * PANEL_BYTES
    for (let i: usize = 0; i < count; i++) {
      const list = rowListsAt(scratch) + i * width() * LIST_ENTRY
      const end = list + <usize>load<u32>(countsAt(scratch) + i * 4)
      const at = out + rowOf(scratch, i) * line + c * PANEL_BYTES
      multiplyListed(at, list, end, panel, dotsAt(scratch) + i * width() * 16)
    }
  }
  memory.fill(unitGradientsAt(scratch), 0, (BLOCK + 4) * unitLine)
  for (let i: usize = 0; i < count; i++) {
    const weight = load<f32>(weightsAt(scratch) + i * 4)
    const to = unitGradientsAt(scratch) + i * unitLine
    const list = rowListsAt(scratch) + i * width() * LIST_ENTRY
    const end = list + <usize>load<u32>(countsAt(scratch) + i * 4)
    let dots = dotsAt(scratch) + i * width() * 16
    let sum: f32 = dot(out + rowOf(scratch, i) * line, secondBiasIn(packed), line)
    for (let at = list; at < end; at += LIST_ENTRY) {
      const g = sumLanes(v128.load(dots))
      sum += g * load<f32>(at, 4)
      store<f32>(to + (<usize>load<u32>(at) / PANEL_BYTES) * 4, weight * g)
      dots += 16
    }
    store<f32>(field(Field.dz) + (rowOf(scratch, i) * field(Field.experts) + e) * 4, sum)
  }
}

/** `bytes` a multiple of 32. */
function dot(a: usize, b: usize, bytes: usize): f32 {
  let even = f32x4.splat(0)
  let odd = f32x4.splat(0)
  for (let n: usize = 0; n < bytes; n += 32) {
    even = fma(v128.load(a + n), v128.load(b + n), even)
    odd = fma(v128.load(a + n, 16), v128.load(b + n, 16), odd)
  }
  return sumLanes(f32x4.add(even, odd))
}

function secondLayer(gradient: usize, count: usize, scratch: usize): void {
  const hidden = field(Field.hidden)
  const line = panels() * PANEL_BYTES
  const out = field(Field.out)
  for (let c: usize = 0; c < panels(); c++)
    for (let j: usize = 0; j < hidden; j++) {
      const list = unitListsAt(scratch) + j * BLOCK * LIST_ENTRY
      const end = list + <usize>load<u32>(unitCountsAt(scratch) + j * 4)
      if (list < end) gather(gradient + (c * hidden + j) * PANEL_BYTES, list, end, out + c * PANEL_BYTES)
    }
  for (let i: usize = 0; i < count; i++)
    axpy(
      secondBiasIn(gradient),
      out + rowOf(scratch, i) * line,
      load<f32>(weightsAt(scratch) + i * 4),
      line,
    )
}

/** dW[k, j] += sum over rows of x[k] g[j], four inputs by eight units at a time; db[j] += sum over rows of g[j]. */
function firstLayer(gradient: usize, count: usize, scratch: usize): void {
  const inputs = field(Field.inputs)
  const line = width() * 4
  const from = unitGradientsAt(scratch)
  const x = field(Field.x)
  for (let k: usize = 0; k < inputs; k += 4)
    for (let j: usize = 0; j < line; j += 32) {
      const to = firstIn(gradient) + k * line + j
      let a0 = v128.load(to)
      let a1 = v128.load(to, 16)
      let b0 = v128.load(to + line)
      let b1 = v128.load(to + line, 16)
      let c0 = v128.load(to + 2 * line)
      let c1 = v128.load(to + 2 * line, 16)
      let d0 = v128.load(to + 3 * line)
      let d1 = v128.load(to + 3 * line, 16)
      for (let i: usize = 0; i < count; i++) {
        const at = x + (rowOf(scratch, i) * inputs + k) * 4
        const g0 = v128.load(from + i * line + j)
        const g1 = v128.load(from + i * line + j, 16)
        const s0 = splat(at)
        a0 = fma(s0, g0, a0)
        a1 = fma(s0, g1, a1)
        const s1 = splat(at + 4)
        b0 = fma(s1, g0, b0)
        b1 = fma(s1, g1, b1)
        const s2 = splat(at + 8)
        c0 = fma(s2, g0, c0)
        c1 = fma(s2, g1, c1)
        const s3 = splat(at + 12)
        d0 = fma(s3, g0, d0)
        d1 = fma(s3, g1, d1)
      }
      v128.store(to, a0)
      v128.store(to, a1, 16)
      v128.store(to + line, b0)
      v128.store(to + line, b1, 16)
      v128.store(to + 2 * line, c0)
      v128.store(to + 2 * line, c1, 16)
      v128.store(to + 3 * line, d0)
      v128.store(to + 3 * line, d1, 16)
    }
  for (let i: usize = 0; i < count; i++) axpy(firstBiasIn(gradient), from + i * line, 1, line)
}

/** The expert's part of dx[row, k] = sum over j of g[j] W[k, j], two rows by four inputs at a time. */
function inputGradients(packed: usize, parts: usize, count: usize, scratch: usize): void {
  const inputs = field(Field.inputs)
  const line = width() * 4
  const first = firstIn(packed)
  for (let i: usize = 0; i < count; i += 2) {
    const g = unitGradientsAt(scratch) + i * line
    for (let k: usize = 0; k < inputs; k += 4) {
      const w = first + k * line
      let a0 = f32x4.splat(0)
      let a1 = f32x4.splat(0)
      let a2 = f32x4.splat(0)
      let a3 = f32x4.splat(0)
      let b0 = f32x4.splat(0)
      let b1 = f32x4.splat(0)
      let b2 = f32x4.splat(0)
      let b3 = f32x4.splat(0)
      for (let j: usize = 0; j < line; j += 16) {
        const ga = v128.load(g + j)
        const gb = v128.load(g + line + j)
        const w0 = v128.load(w + j)
        a0 = fma(ga, w0, a0)
        b0 = fma(gb, w0, b0)
        const w1 = v128.load(w + line + j)
        a1 = fma(ga, w1, a1)
        b1 = fma(gb, w1, b1)
        const w2 = v128.load(w + 2 * line + j)
        a2 = fma(ga, w2, a2)
        b2 = fma(gb, w2, b2)
        const w3 = v128.load(w + 3 * line + j)
        a3 = fma(ga, w3, a3)
        b3 = fma(gb, w3, b3)
      }
      v128.store(parts + (rowOf(scratch, i) * inputs + k) * 4, sumLanesOf4(a0, a1, a2, a3))
      if (i + 1 < count)
        v128.store(parts + (rowOf(scratch, i + 1) * inputs + k) * 4, sumLanesOf4(b0, b1, b2, b3))
    }
  }
}

/** dx of a block of rows: the parts of all experts, in their order. */
function addParts(block: usize): void {
  const rows = field(Field.rows)
  const inputs = field(Field.inputs)
  const from = block * BLOCK * inputs * 4
  const bytes = (min(block * BLOCK + BLOCK, rows) - block * BLOCK) * inputs * 4
  memory.fill(field(Field.dx) + from, 0, bytes)
  for (let e: usize = 0; e < field(Field.experts); e++) {
    const part = field(Field.dxParts) + e * rows * inputs * 4 + from
    for (let n: usize = 0; n < bytes; n += 16)
      v128.store(
        field(Field.dx) + from + n,
        f32x4.add(v128.load(field(Field.dx) + from + n), v128.load(part + n)),
      )
  }
}
