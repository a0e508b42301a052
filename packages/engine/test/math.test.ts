import { describe, expect, test } from 'vitest'
import { kernels } from '../src/wasm/binaries.ts'
import { createMachine } from '../src/wasm/machine.ts'

describe.each(['simd', 'relaxed'] as const)('%s', (kind) => {
  const module = kernels(kind)
  if (module === null) throw new Error(`no ${kind} kernels in this runtime`)
  const machine = createMachine(module, 1)
  const at = machine.heap.take(16)
  const evaluate = (which: number, x: number) => {
    machine.heap.f32.fill(x, at / 4, at / 4 + 4)
    machine.evaluate(which, at)
    return machine.heap.f32[at / 4]
  }
  const worst = (which: number, exact: (x: number) => number, inputs: Iterable<number>) => {
    let error = 0
    for (const input of inputs) {
      const x = Math.fround(input)
      const expected = exact(x)
      error = Math.max(error, Math.abs(evaluate(which, x) - expected) / Math.max(Math.abs(expected), 1e-37))
    }
    return error / 2 ** -23
  }
  const between = function* (from: number, to: number, n: number) {
    for (let j = 0; j <= n; j++) yield from + ((to - from) * j) / n
  }
  const powers = function* (low: number, high: number, n: number) {
    for (let j = 0; j <= n; j++) yield 2 ** (low + ((high - low) * j) / n)
  }

  test('exp is within 2 ulp on all of [-87.3, 0], exactly 1 at 0, and 0 below', () => {
    expect(worst(0, Math.exp, between(-87.3, 0, 40_000))).toBeLessThan(2)
    expect(
      worst(
        0,
        Math.exp,
        [...powers(-40, 6, 5_000)].map((x) => -x),
      ),
    ).toBeLessThan(2)
    expect(evaluate(0, 0)).toBe(1)
    for (const x of [-87.5, -104, -1e4, -3e38, -Infinity]) expect(evaluate(0, x)).toBe(0)
  })

  test('log is within 2 ulp over all normal numbers', () => {
    const away = [...powers(-126, 127.9, 40_000)].filter((x) => Math.abs(x - 1) > 1e-3)
    expect(worst(1, Math.log, away)).toBeLessThan(2)
    expect(worst(1, Math.log, between(0.999, 1.001, 2_000))).toBeLessThan(2)
    expect(evaluate(1, 1)).toBe(0)
  })

  test('log(1 + x) is within 2 ulp on [0, 1], tiny numbers included', () => {
    expect(worst(2, Math.log1p, between(0, 1, 20_000))).toBeLessThan(2)
    expect(worst(2, Math.log1p, powers(-120, 0, 5_000))).toBeLessThan(2)
    expect(evaluate(2, 0)).toBe(0)
  })
})
