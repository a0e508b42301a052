/* The block that the caller fills in, and where the parts of a packed expert lie. */

export const PANEL: usize = 32 // columns
export const PANEL_BYTES: usize = PANEL * 4
export const BLOCK: usize = 64 // rows
export const LIST_ENTRY: usize = 8 // u32 offset, f32 factor

/** Words of the block that the caller fills in before a job. */
export const enum Field {
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
export function fields(): usize {
  return (__heap_base + 63) & ~63
}

export function fieldsAt(): usize {
  return fields()
}

/** Where the caller's own memory begins. */
export function heapAt(): usize {
  return fields() + 320
}

// @ts-ignore: decorator
@inline
export function field(index: Field): usize {
  return <usize>load<u32>(fields() + (<usize>index << 2))
}

// @ts-ignore: decorator
@inline
export function panels(): usize {
  return (field(Field.outputs) + PANEL - 1) / PANEL
}

/** Hidden units and the places that fill up eight. */
// @ts-ignore: decorator
@inline
export function width(): usize {
  return (field(Field.hidden) + 7) & ~7
}

/** One expert: [panels, hidden, 32], [inputs, width], [width], [panels * 32]. */
export function packedBytes(): usize {
  const p = panels()
  return (p * field(Field.hidden) * PANEL + field(Field.inputs) * width() + width() + p * PANEL) * 4
}

// @ts-ignore: decorator
@inline
export function firstIn(packed: usize): usize {
  return packed + panels() * field(Field.hidden) * PANEL_BYTES
}

// @ts-ignore: decorator
@inline
export function firstBiasIn(packed: usize): usize {
  return firstIn(packed) + field(Field.inputs) * width() * 4
}

// @ts-ignore: decorator
@inline
export function secondBiasIn(packed: usize): usize {
  return firstBiasIn(packed) + width() * 4
}
