import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spreadLabels } from './spread-labels.ts'

const room = { top: 0, bottom: 1000 }

test('labels that stand clear stay where they are', () => {
  const anchors = [10, 50, 90].map((y) => ({ x: 0, y, width: 50 }))
  expect(spreadLabels(anchors, room)).toEqual([10, 50, 90])
})

test('beside each other is clear too', () => {
  expect(
    spreadLabels(
      [
        { x: 0, y: 10, width: 50 },
        { x: 60, y: 12, width: 50 },
      ],
      room,
    ),
  ).toEqual([10, 12])
})

test('labels in one column never overlap, keep their order and stay inside when there is room', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { maxLength: 30 }), (ys) => {
      const heights = spreadLabels(
        ys.map((y) => ({ x: 0, y, width: 50 })),
        room,
      )
      const order = [...ys.keys()].sort((a, b) => ys[a] - ys[b] || a - b)
      order.slice(1).forEach((label, n) => expect(heights[label] - heights[order[n]]).toBeGreaterThan(13.999))
      for (const height of heights) {
        expect(height).toBeGreaterThanOrEqual(-1e-9)
        expect(height).toBeLessThanOrEqual(1000)
      }
    }),
  )
})

test('names keep off the dots of others, and off each other, wherever there is room', () => {
  const place = fc.double({ min: 100, max: 900, noNaN: true })
  const points = fc.array(fc.record({ x: place, y: fc.double({ min: 300, max: 500, noNaN: true }) }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(points, (dots) => {
      const anchors = dots.map(({ x, y }) => ({ x: x + 10, y, width: 90, dot: x }))
      const heights = spreadLabels(anchors, { top: -1e4, bottom: 1e4 })
      anchors.forEach((anchor, n) => {
        const under = (x: number) => x > anchor.x - 6 && x < anchor.x + anchor.width + 6
        dots.forEach(({ x, y }, other) => {
          if (other !== n && under(x)) expect(Math.abs(heights[n] - y)).toBeGreaterThan(11.999)
        })
        anchors.slice(0, n).forEach(({ x }, other) => {
          if (Math.abs(x - anchor.x) < 90)
            expect(Math.abs(heights[n] - heights[other])).toBeGreaterThan(13.999)
        })
      })
    }),
  )
})
