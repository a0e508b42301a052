import { InputError } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { selectRows } from '../src/plain/numbers.ts'
import { engines, fastEngine } from './engines.ts'

for (const [name, create] of Object.entries(engines)) {
  test(`${name}: selected rows are those of the plain twin, from numbers of the engine and from other arrays`, () => {
    const engine = create()
    const shape = fc.record({
      width: fc.integer({ min: 0, max: 300 }),
      there: fc.integer({ min: 1, max: 50 }),
      picks: fc.array(fc.nat(), { maxLength: 400 }),
      ofEngine: fc.boolean(),
    })
    fc.assert(
      fc.property(shape, ({ width, there, picks, ofEngine }) => {
        const rows = Uint32Array.from(picks, (pick) => pick % there)
        const [source, out] = [there * width, rows.length * width].map((length) =>
          ofEngine ? engine.makeIds(length) : new Uint32Array(length),
        )
        const behind = engine.makeIds(16).fill(7)
        for (let n = 0; n < source.length; n++) source[n] = n
        engine.selectRows(source, width, rows, out)
        const expected = new Uint32Array(out.length)
        selectRows(source, width, rows, expected)
        expect(out).toEqual(expected)
        expect(new Set(behind)).toEqual(new Set([7]))
        for (const array of [source, out, behind]) engine.release(array)
      }),
      { numRuns: 40 },
    )
    engine.dispose()
  })

  test(`${name}: numbers start at zero, again after others were released`, () => {
    const engine = create()
    for (let round = 0; round < 3; round++) {
      const [ids, floats] = [engine.makeIds(1000), engine.makeFloats(1000)]
      for (const array of [ids, floats]) {
        expect(array.every((one) => one === 0)).toBe(true)
        array.fill(1)
      }
      engine.release(ids)
      engine.release(floats)
    }
    engine.release(new Float32Array(3))
    engine.dispose()
  })

  test(`${name}: a row that is not there, and an output of another length, are refused`, () => {
    const engine = create()
    const source = engine.makeFloats(6)
    const select = (rows: number[], length: number) => () =>
      engine.selectRows(source, 3, Uint32Array.from(rows), new Float32Array(length))
    expect(select([0, 2], 6)).toThrow(
      new InputError('selectRows: row 2 at place 1 is outside the 2 rows of 3'),
    )
    expect(select([1], 6)).toThrow(InputError)
    engine.dispose()
  })
}

test('operations take numbers of the engine as they take any array', () => {
  const engine = fastEngine()
  const user = engine.table('users', 2, 2, { trainable: true })
  const item = engine.table('items', 3, 2, { trainable: true })
  engine.write(user, Float32Array.of(1, 2, 3, 4))
  engine.write(item, Float32Array.of(1, 0, 0, 1, 1, 1))
  const [items, users, out] = [engine.makeIds(4), engine.makeIds(2), engine.makeFloats(4)]
  items.set([0, 1, 2, 0])
  users.set([1, 0])
  engine.scoreLists(user, item, { users, items, k: 2 }, out)
  expect([...out]).toEqual([3, 4, 3, 1])
  engine.dispose()
})
