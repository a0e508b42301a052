import { createRng, NumericError } from '@recdistill/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPlainEngine, type Engine, type Table } from '../src/index.ts'
import { distance, engines, fastEngine, gradientOf, idsOf, normals, world } from './engines.ts'

type Loss = NonNullable<Engine['catalogueCrossEntropy']>

const lossOf = (engine: Engine): Loss => {
  if (!engine.catalogueCrossEntropy) throw new Error('this engine has no loss over the catalogue')
  return engine.catalogueCrossEntropy.bind(engine)
}

function frozen(engine: Engine, name: string, dim: number, values: Float32Array): Table {
  const table = engine.table(name, values.length / dim, dim, { trainable: false })
  engine.write(table, values)
  return table
}

const shapes = fc.record({
  seed: fc.integer(),
  dim: fc.integer({ min: 1, max: 40 }),
  teacherDim: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(400)),
  users: fc.integer({ min: 1, max: 40 }),
  items: fc.integer({ min: 1, max: 250 }),
  rows: fc.integer({ min: 0, max: 50 }),
  temperature: fc.constantFrom(0.5, 1, 7),
})

test.each(['simd', 'relaxed'] as const)(
  '%s cross-entropy over the catalogue agrees with the plain twin',
  (simd) => {
    fc.assert(
      fc.property(shapes, ({ seed, dim, teacherDim, users, items, rows, temperature }) => {
        const rng = createRng(seed)
        const values = [normals(rng, users * dim, 2 / Math.sqrt(dim)), normals(rng, items * dim)] as const
        const ofTeacher = [
          normals(rng, users * teacherDim, 3 / Math.sqrt(teacherDim)),
          normals(rng, items * teacherDim),
        ] as const
        const ids = idsOf(rng, rows, users)
        const weights = normals(rng, rows).map(Math.abs)
        const [plain, fast] = [createPlainEngine(), fastEngine(simd, 2)].map((engine) => {
          const { user, item } = world(engine, dim, ...values)
          const teacher = [
            frozen(engine, 'tu', teacherDim, ofTeacher[0]),
            frozen(engine, 'ti', teacherDim, ofTeacher[1]),
          ] as const
          const step = () => lossOf(engine)(user, item, ...teacher, ids, weights, temperature, 0.3)
          const first = step()
          const gradients = [gradientOf(engine, user), gradientOf(engine, item)]
          expect(step()).toBe(first) // with the teacher's sums known
          engine.dispose()
          return { value: [first], gradients }
        })
        expect(distance(fast.value, plain.value, 1)).toBeLessThan(5e-6)
        for (const n of [0, 1]) expect(distance(fast.gradients[n], plain.gradients[n], 1)).toBeLessThan(3e-5)
      }),
      { numRuns: 25 },
    )
  },
)

test('one thread and three give the same bits, while both models move', () => {
  const run = (threads: number) => {
    const engine = fastEngine('relaxed', threads)
    const rng = createRng(5)
    const { user, item } = world(engine, 20, normals(rng, 200 * 20), normals(rng, 900 * 20, 0.3))
    const teacher = [
      engine.table('tu', 200, 12, { trainable: true }),
      engine.table('ti', 900, 12, { trainable: true }),
    ] as const
    for (const table of teacher) engine.write(table, normals(rng, table.rows * 12))
    const losses = []
    for (let n = 0; n < 4; n++) {
      const users = idsOf(rng, 150, 200)
      losses.push(lossOf(engine)(user, item, ...teacher, users, new Float32Array(150).fill(1), 1, 1))
      engine.pullRows(teacher[1], Uint32Array.of(n), new Float32Array(12).fill(1))
      engine.adam([user, item, ...teacher], { lr: 0.01, weightDecay: 1e-3 })
    }
    const all = [Float64Array.from(losses), engine.read(user).slice(), engine.read(item).slice()]
    engine.dispose()
    return all
  }
  expect(run(3)).toEqual(run(1))
})

test.each(Object.entries(engines))(
  '%s: by hand, the same model, extremes, a teacher that changes',
  (_, create) => {
    const engine = create()
    const of = (student: number[], teacher: Table) => {
      const user = engine.table('u', 1, 2, { trainable: true })
      const item = engine.table('i', 2, 2, { trainable: false })
      engine.write(user, Float32Array.from(student))
      engine.write(item, Float32Array.of(1, 0, 0, 1))
      const loss = lossOf(engine)(user, item, teacher, item, Uint32Array.of(0), Float32Array.of(2), 1, 0.5)
      return { loss, gradient: [...gradientOf(engine, user)] }
    }
    const teacher = frozen(engine, 't', 2, Float32Array.of(Math.log(3), 0))
    const uniform = of([5, 5], teacher)
    expect(uniform.loss).toBeCloseTo(2 * Math.log(2), 5)
    expect(uniform.gradient[0]).toBeCloseTo(2 * 0.5 * (0.5 - 0.75), 6)
    const same = of([Math.log(3), 0], teacher)
    expect(same.gradient[0]).toBeCloseTo(0, 6)
    expect(same.loss).toBeCloseTo(-2 * (0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)), 5)
    const far = of([90, -90], teacher)
    expect(far.loss / 2).toBeCloseTo(0.25 * 180, 3)
    expect(far.gradient[1]).toBeCloseTo(-0.25, 6)
    engine.write(teacher, Float32Array.of(0, 0))
    expect(of([0, 0], teacher).gradient[0]).toBeCloseTo(0, 6)
    engine.dispose()
  },
)

test.each(Object.entries(engines))('%s: what does not fit is refused in words', (_, create) => {
  const engine = create()
  const { user, item } = world(engine, 1, Float32Array.of(1, 2), Float32Array.of(1))
  const call =
    (teacherUser: Table, teacherItem: Table, users = [0], temperature = 1) =>
    () =>
      lossOf(engine)(
        user,
        item,
        teacherUser,
        teacherItem,
        Uint32Array.from(users),
        new Float32Array(1),
        temperature,
        1,
      )
  const wide = frozen(engine, 'wide', 2, Float32Array.of(1, 2))
  const other = frozen(engine, 'other', 1, Float32Array.of(1, 2, 3))
  expect(call(wide, item)).toThrow(/catalogueCrossEntropy: teacher: table "wide" has dim 2 but "items" has 1/)
  expect(call(user, other)).toThrow(/items of the teacher: expected 1 entries, got 3/)
  expect(call(user, item, [2])).toThrow(/users: id 2 at place 0/)
  expect(call(user, item, [0, 1])).toThrow(/weights: expected 2 entries, got 1/)
  expect(call(user, item, [0], 0)).toThrow(/temperature: expected a number above 0, got 0/)
  engine.dispose()
})

test.each(['simd', 'relaxed'] as const)(
  '%s: scores beyond 32-bit floats are a numeric error that names the row',
  (simd) => {
    const engine = fastEngine(simd)
    const { user, item } = world(engine, 1, Float32Array.of(0, 1e30), Float32Array.of(1e30))
    const call = () => lossOf(engine)(user, item, user, item, Uint32Array.of(0, 1), new Float32Array(2), 1, 1)
    expect(call).toThrow(NumericError)
    expect(call).toThrow(/row 1 \(table "users", row 1\)/)
    engine.dispose()
  },
)
