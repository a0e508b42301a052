import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toText } from '../html/markup.ts'
import { frame } from './frame.ts'

const format = String
const size = { width: 480, height: 330, right: 24 }

test('every tick lies in the plane and has a number, however near or far the values', () => {
  const kind = fc.constantFrom('linear' as const, 'log10' as const, 'log2' as const)
  const values = fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(values, values, kind, kind, (xs, ys, ofX, ofY) => {
      const axis = (of: typeof ofX) => ({ label: '', kind: of, format })
      const plane = frame(xs, ys, axis(ofX), axis(ofY), size)
      const text = toText(plane.axes)
      const places = [...text.matchAll(/[xy][12]="([^"]*)"/g)].map(([, place]) => Number(place))
      expect(places.every((place) => place >= 0 && place <= size.width)).toBe(true)
      expect(places.length).toBeGreaterThan(4)
    }),
  )
})

test('values a few percent apart on a log axis have ticks between them', () => {
  const axis = { label: '', kind: 'log10', format } as const
  const text = toText(frame([10.39, 10.98], [1, 2], axis, axis, size).axes)
  expect(text).toMatch(/>\s*10\.8\s*</)
})
