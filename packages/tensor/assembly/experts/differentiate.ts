/* The gradient of one expert, and its part of those of x and z. */

import { firstLayer, inputGradients } from './dense-gradients'
import { gather, multiplyListed } from './listed-products'
import {
  BLOCK,
  Field,
  LIST_ENTRY,
  PANEL_BYTES,
  field,
  packedBytes,
  panels,
  secondBiasIn,
  width,
} from './memory'
import { sumUnits } from './mix'
import { unpack } from './pack'
import {
  collect,
  collectedIn,
  countsAt,
  dotsAt,
  rowListsAt,
  rowOf,
  sumsAt,
  unitCountsAt,
  unitGradientsAt,
  unitListsAt,
  weightsAt,
} from './scratch'
import { axpy, dot, sumLanes } from '../lanes'

/** The gradient of one expert, and its part of that of x and z; what rows that do not weigh it have there is not written. */
export function differentiate(e: usize, scratch: usize): void {
  const rows = field(Field.rows)
  const inputs = field(Field.inputs)
  const parts = field(Field.dxParts) + e * rows * inputs * 4
  const gradient = field(Field.dPacked) + e * packedBytes()
  memory.fill(gradient, 0, packedBytes())
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
      store<u32>(end, <u32>(j * PANEL_BYTES))
      store<f32>(end, sum, 4)
      end += sum > 0 ? LIST_ENTRY : 0
    }
    store<u32>(countsAt(scratch) + i * 4, <u32>(end - list))
    for (let at = list; at < end; at += LIST_ENTRY) {
      const j = <usize>load<u32>(at) / PANEL_BYTES
      const length = <usize>load<u32>(unitCounts + j * 4)
      const entry = unitListsAt(scratch) + j * BLOCK * LIST_ENTRY + length
      store<u32>(entry, row)
      store<f32>(entry, load<f32>(at, 4) * weight, 4)
      store<u32>(unitCounts + j * 4, <u32>(length + LIST_ENTRY))
    }
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

/** dx of a block of rows: the parts of the experts that each of them weighs, in their order. */
export function addParts(block: usize): void {
  const rows = field(Field.rows)
  const experts = field(Field.experts)
  const line = field(Field.inputs) * 4
  const end = min(block * BLOCK + BLOCK, rows)
  for (let r = block * BLOCK; r < end; r++) {
    const to = field(Field.dx) + r * line
    memory.fill(to, 0, line)
    for (let e: usize = 0; e < experts; e++) {
      if (load<f32>(field(Field.z) + (r * experts + e) * 4) == 0) continue
      const part = field(Field.dxParts) + (e * rows + r) * line
      for (let n: usize = 0; n < line; n += 16)
        v128.store(to + n, f32x4.add(v128.load(to + n), v128.load(part + n)))
    }
  }
}
