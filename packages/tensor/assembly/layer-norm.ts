import { fma, sumLanes } from './lanes'

/* Rows with mean 0 and variance 1, on the memory of the TensorFlow.js wasm backend. Addresses are bytes; elements are f32. */

/** y = (x - mean) r, r = 1 / sqrt(variance + eps), row by row. [rows, width], [rows] */
export function layerNorm(x: usize, y: usize, inverse: usize, rows: usize, width: usize, eps: f32): void {
  const bytes = width << 2
  const whole = bytes & ~15
  const size = <f32>width
  for (let row: usize = 0; row < rows; row++) {
    const from = x + row * bytes
    const to = y + row * bytes
    let lanes = f32x4.splat(0)
    for (let o: usize = 0; o < whole; o += 16) lanes = f32x4.add(lanes, v128.load(from + o))
    let sum = sumLanes(lanes)
    for (let o = whole; o < bytes; o += 4) sum += load<f32>(from + o)
    const mean = sum / size
    const means = f32x4.splat(mean)
    lanes = f32x4.splat(0)
    for (let o: usize = 0; o < whole; o += 16) {
      const centred = f32x4.sub(v128.load(from + o), means)
      v128.store(to + o, centred)
      lanes = fma(centred, centred, lanes)
    }
    sum = sumLanes(lanes)
    for (let o = whole; o < bytes; o += 4) {
      const centred = load<f32>(from + o) - mean
      store<f32>(to + o, centred)
      sum += centred * centred
    }
    const r: f32 = 1 / sqrt<f32>(sum / size + eps)
    store<f32>(inverse + (row << 2), r)
    const scale = f32x4.splat(r)
    for (let o: usize = 0; o < whole; o += 16) v128.store(to + o, f32x4.mul(v128.load(to + o), scale))
    for (let o = whole; o < bytes; o += 4) store<f32>(to + o, load<f32>(to + o) * r)
  }
}

/** out = r (g - mean(g) - y mean(g y)), row by row. [rows, width] */
export function pullLayerNorm(
  g: usize,
  y: usize,
  inverse: usize,
  out: usize,
  rows: usize,
  width: usize,
): void {
  const bytes = width << 2
  const whole = bytes & ~15
  const size = <f32>width
  for (let row: usize = 0; row < rows; row++) {
    const at = row * bytes
    let sums = f32x4.splat(0)
    let products = f32x4.splat(0)
    for (let o: usize = 0; o < whole; o += 16) {
      const grad = v128.load(g + at + o)
      sums = f32x4.add(sums, grad)
      products = fma(grad, v128.load(y + at + o), products)
    }
    let sum = sumLanes(sums)
    let product = sumLanes(products)
    for (let o = whole; o < bytes; o += 4) {
      const grad = load<f32>(g + at + o)
      sum += grad
      product += grad * load<f32>(y + at + o)
    }
    const r = load<f32>(inverse + (row << 2))
    const mean = sum / size
    const along = product / size
    const rs = f32x4.splat(r)
    const means = f32x4.splat(mean)
    const alongs = f32x4.splat(along)
    for (let o: usize = 0; o < whole; o += 16) {
      const left = f32x4.sub(v128.load(g + at + o), means)
      const rest = f32x4.sub(left, f32x4.mul(v128.load(y + at + o), alongs))
      v128.store(out + at + o, f32x4.mul(rest, rs))
    }
    for (let o = whole; o < bytes; o += 4)
      store<f32>(out + at + o, r * (load<f32>(g + at + o) - mean - load<f32>(y + at + o) * along))
  }
}
