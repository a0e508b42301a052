import { expect, test } from 'vitest'
import { measureLatency } from './measure-latency.ts'

/** A clock that moves by what calls take, and shows whole multiples of its step. */
function worldWith({ step, each }: { step: number; each: (n: number) => number }) {
  let time = 0
  return {
    call: (n: number) => {
      time += each(n)
    },
    options: { now: () => Math.floor(time / step) * step, breathe: () => Promise.resolve() },
  }
}

test('calls shorter than the step of the clock are measured all the same', async () => {
  const { call, options } = worldWith({ step: 1, each: () => 0.02 })
  const { milliseconds } = (await measureLatency(call, options))!
  expect(milliseconds).toBeGreaterThan(0.015)
  expect(milliseconds).toBeLessThan(0.025)
})

test('long calls are not repeated more than needed, and one that hangs does not move the median', async () => {
  const { call, options } = worldWith({ step: 0.1, each: (n) => (n === 7 ? 5000 : 20) })
  const latency = (await measureLatency(call, { ...options, samples: 9 }))!
  expect(latency.milliseconds).toBeCloseTo(20)
  expect(latency.calls).toBe(10)
})

test('a measurement that nobody wants any more ends', async () => {
  const { call, options } = worldWith({ step: 1, each: () => 1 })
  let asked = 0
  expect(await measureLatency(call, { ...options, isWanted: () => ++asked < 3 })).toBe(null)
  expect(asked).toBe(3)
})
