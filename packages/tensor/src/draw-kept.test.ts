import { createRng } from '@recdistill/core'
import { expect, test } from 'vitest'
import { drawKept } from './draw-kept.ts'

test('each number is left out as often as was asked, and the others grow so that the mean stays', () => {
  const size = 400000
  // 0.5 is decided by 8 bits, the others are not; 1e-3 by less than a 256th
  for (const share of [0, 1e-3, 0.1, 0.37, 0.5, 0.7, 0.999]) {
    const mask = new Float32Array(size)
    drawKept(createRng(3), share, mask, 0, size)
    const left = mask.filter((value) => value === 0).length
    const deviation = Math.sqrt(size * share * (1 - share))
    expect(Math.abs(left - size * share)).toBeLessThanOrEqual(4 * deviation)
    expect(new Set(mask.filter((value) => value !== 0))).toEqual(
      share === 0 ? new Set([1]) : new Set([Math.fround(1 / (1 - share))]),
    )
  }
})

test('neighbours are left out on their own', () => {
  const mask = new Float32Array(100000)
  drawKept(createRng(4), 0.3, mask, 0, mask.length)
  for (const apart of [1, 2, 3, 4, 5]) {
    let both = 0
    for (let n = apart; n < mask.length; n++) if (mask[n] === 0 && mask[n - apart] === 0) both++
    expect(Math.abs(both / mask.length - 0.09)).toBeLessThan(0.0045)
  }
})

test('only the places that were asked for are written', () => {
  const mask = new Float32Array(12).fill(-1)
  drawKept(createRng(5), 0.5, mask, 3, 10)
  expect([...mask].map((value, n) => (value === -1 ? n : -1)).filter((n) => n >= 0)).toEqual([
    0, 1, 2, 10, 11,
  ])
})
