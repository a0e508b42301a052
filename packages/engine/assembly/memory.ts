import { Control, Head } from '../src/wasm/layout'

export const NO_ITEM: u32 = 0xffffffff

// @ts-ignore: decorator
@inline
export function control(): usize {
  return (__heap_base + 63) & ~63
}

// @ts-ignore: decorator
@inline
export function word(index: i32): usize {
  return control() + (<usize>index << 2)
}

// @ts-ignore: decorator
@inline
export function arg(index: i32): u32 {
  return load<u32>(word(Control.args + index))
}

// @ts-ignore: decorator
@inline
export function argF(index: i32): f32 {
  return load<f32>(word(Control.args + index))
}

// @ts-ignore: decorator
@inline
export function head(table: usize, index: i32): u32 {
  return load<u32>(table + (<usize>index << 2))
}

// @ts-ignore: decorator
@inline
export function headF(table: usize, index: i32): f32 {
  return load<f32>(table + (<usize>index << 2))
}

// @ts-ignore: decorator
@inline
export function rowBytes(table: usize): usize {
  return <usize>head(table, Head.stride) << 2
}
