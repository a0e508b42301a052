import { fromEmbeddings } from '@recdistill/backbones'
import { createRng, type Csr } from '@recdistill/core'
import { createEngine, type Engine } from '@recdistill/engine'
import { defineMethod, type ListLaw, type ListSpec, type ValueLaw, type ValueSpec } from '@recdistill/plugin'
import { drawLaw, fillLaw, type Refresh } from '@recdistill/samplers'
import { tf } from '@recdistill/tensor'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { listDraws } from './list-draws.ts'
import { UserLists } from './user-lists.ts'

/** Rankings, sizes and temperatures of one world; everything the laws depend on. */
interface Shape {
  readonly numUsers: number
  readonly numItems: number
  readonly seen: number
  readonly k: number
  readonly size: number
  readonly T: number
  readonly cap: number
  readonly behind: number | null
  readonly seed: number
}

/** A list by every law, and every value. */
function everyLaw({ k, size, T, cap, behind, numItems, seed }: Shape) {
  const teacherTop = { of: 'teacher', k, seen: 'skip' } as const
  const studentTop = { of: 'student', k, seen: 'keep' } as const
  const list = (length: number, law: ListLaw, refresh: Refresh = { epochs: 1 }): ListSpec => ({
    size: length,
    refresh,
    draw: (...args) => drawLaw(law, ...args),
    law,
  })
  const value = (length: number, carried: boolean, law: ValueLaw): ValueSpec => ({
    size: length,
    carried,
    refresh: { epochs: 1 },
    fill: (row, out) => fillLaw(law, row, out),
    law,
  })
  const wanted = Math.min(size, numItems)
  const port = { floor: 'always', keepDrawOrder: true } as const
  const original = { floor: 'ifFew', keepDrawOrder: false } as const
  const corrected = (sign: 'under' | 'over', options: typeof port | typeof original) =>
    list(size, { kind: 'byCorrection', from: teacherTop, correction: 'correction', sign, ...options })
  const correctedWithin = (sign: 'under' | 'over', options: typeof port | typeof original) =>
    list(
      size,
      { kind: 'byCorrection', from: { list: 'listed' }, correction: 'within', sign, ...options },
      'batch',
    )
  const counts = { drawn: Math.min(size, k), T, cap, behind }
  const byTeacher = { of: 'teacher', k: numItems, seen: 'keep' } as const
  return defineMethod({
    name: 'every-law',
    paper: { title: 'none', venue: 'a test' },
    params: z.object({}),
    defaults: { lambda: 1, weightDecay: 0 },
    over: 'users',
    lists: () => ({
      wanted: list(wanted, { kind: 'first', from: byTeacher }),
      closed: list(wanted, { kind: 'first', from: { of: 'student', k: numItems, seen: 'keep' } }),
      byPosition: list(size, { kind: 'byPosition', from: teacherTop, T }),
      byPositionInDrawOrder: list(size, { kind: 'byPosition', from: teacherTop, T, keepDrawOrder: true }),
      unseen: list(size, { kind: 'unseen' }),
      distinctPositions: list(size, { kind: 'bestOfTwo', n: k, T, distinct: true }),
      except: list(size, { kind: 'except', from: teacherTop }),
      positions: list(size, { kind: 'bestOfTwo', n: k, T }),
      items: list(size, { kind: 'at', of: 'student', positions: 'positions', seen: 'skip' }),
      under: corrected('under', port),
      over: corrected('over', original),
      listed: list(k, { kind: 'first', from: teacherTop }, 'once'),
      inOrder: list(size, { kind: 'first', from: { list: 'wanted', of: 'student' } }),
      underWithin: correctedWithin('under', original),
      overWithin: correctedWithin('over', original),
      overInDrawOrder: correctedWithin('over', port),
      // a place or two may be missing: what does not fit is left out
      nearlyClosed: list(Math.max(counts.drawn, counts.drawn + wanted - (seed % 3)), {
        kind: 'nearlyClosed',
        from: studentTop,
        wanted: 'wanted',
        closed: 'closed',
        ...counts,
      }),
    }),
    values: () => ({
      correction: value(k, true, {
        kind: 'byPlace',
        from: teacherTop,
        ranked: { of: 'student', k: k + 5, seen: 'keep' },
        table: Float32Array.from({ length: 2 * k + 6 }, (_, n) => Math.tanh((n - k) / T)),
      }),
      within: value(k, false, {
        kind: 'byPlace',
        from: { list: 'listed' },
        ranked: { list: 'listed', of: 'student' },
        table: Float32Array.from({ length: 2 * k + 1 }, (_, n) => Math.tanh((n - k) / T)),
      }),
      overlap: value(1, false, {
        kind: 'overlap',
        list: 'nearlyClosed',
        places: counts.drawn,
        other: 'wanted',
        table: Float32Array.from({ length: wanted + 1 }, (_, both) => Math.exp(-both)),
      }),
    }),
    loss: () => tf.scalar(0),
  })
}

/** Everything drawn before three epochs, and how many users were left to the programs. */
function drawn(engine: Engine, shape: Shape) {
  const { numUsers, numItems, seed, seen } = shape
  const rng = createRng(seed)
  const table = (rows: number) => Float32Array.from({ length: rows * 4 }, () => rng.normal())
  const model = () => fromEmbeddings(engine, { users: table(numUsers), items: table(numItems), dim: 4 })
  const models = { teacher: model(), student: model() }
  let left = 0
  const counting = engine.draws && {
    ...engine,
    draws: Object.fromEntries(
      Object.entries(engine.draws).map(([name, draw]: [string, (...args: never[]) => Uint32Array]) => [
        name,
        (...args: never[]) => {
          const users = draw(...args)
          left += users.length
          return users
        },
      ]),
    ) as never,
  }
  const train = everyNth(numUsers, numItems, seen)
  const setting = {
    ...models,
    train,
    trajectories: [],
    teacherMoves: false,
    rng: createRng(seed + 1),
    engine: counting ?? engine,
  }
  const lists = new UserLists(everyLaw(shape), {}, setting)
  const draws = listDraws(lists, setting)
  const epochs = [0, 1, 2].map((epoch) => {
    draws.refresh(epoch)
    for (const step of [0, 1]) {
      const users = Uint32Array.from({ length: numUsers }, (_, user) => user).filter(() => rng.float() < 0.5)
      rng.shuffle(users)
      draws.drawBatch(users, epoch, step)
    }
    return Object.entries(lists.state()).map(([name, array]) => [name, [...array]])
  })
  lists.dispose()
  for (const each of Object.values(models)) each.dispose()
  return { epochs, left }
}

/** User u has seen the `seen` items from u on. */
function everyNth(numUsers: number, numItems: number, seen: number): Csr {
  const items = Array.from({ length: numUsers }, (_, user) =>
    Uint32Array.from({ length: seen }, (_, n) => (user + n) % numItems).sort(),
  )
  return {
    offsets: Uint32Array.from({ length: numUsers + 1 }, (_, user) => user * seen),
    items: Uint32Array.from(items.flatMap((row) => [...row])),
  }
}

const one = createEngine({ threads: 1 })
const two = createEngine({ threads: 2 })
const unfused = createEngine({ threads: 2, simd: 'simd' })

/** The same engine without its draws: all users are left to the programs. */
function byPrograms({ draws: _, ...engine }: Engine): Engine {
  return engine
}

test('lists by laws are those of their programs, to the bit, on any number of threads', () => {
  const temperature = fc.oneof(fc.double({ min: 0.05, max: 50, noNaN: true }), fc.constantFrom(0.01, 1, 1e4))
  const shapes = fc.record({
    numUsers: fc.integer({ min: 1, max: 70 }),
    numItems: fc.integer({ min: 2, max: 90 }),
    seenShare: fc.double({ min: 0, max: 1, noNaN: true }),
    kShare: fc.double({ min: 0, max: 1, noNaN: true }),
    sizeShare: fc.double({ min: 0, max: 1, noNaN: true }),
    T: temperature,
    cap: fc.constantFrom(1, 5, Infinity),
    behindShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    seed: fc.nat(),
  })
  fc.assert(
    fc.property(shapes, ({ seenShare, kShare, sizeShare, behindShare, ...rest }) => {
      const share = (of: number, n: number) => Math.max(1, Math.round(of * n))
      const k = share(kShare, rest.numItems)
      const seen = Math.floor(seenShare * rest.numItems)
      const behind = behindShare === null ? null : share(behindShare, k)
      const shape = { ...rest, k, seen, behind, size: share(sizeShare, k) }
      const expected = drawn(byPrograms(one), shape).epochs
      for (const engine of [one, two]) expect(drawn(engine, shape).epochs).toEqual(expected)
      expect(drawn(unfused, shape).epochs).toEqual(drawn(byPrograms(unfused), shape).epochs)
    }),
    { numRuns: 40 },
  )
}, 120_000)

test('hardly a user is left to the programs', () => {
  const shape: Shape = {
    numUsers: 200,
    numItems: 1500,
    seen: 10,
    k: 300,
    size: 50,
    T: 10,
    cap: 50,
    behind: null,
    seed: 3,
  }
  const { epochs, left } = drawn(two, shape)
  expect(epochs).toEqual(drawn(byPrograms(two), shape).epochs)
  // of 6,600 lists and values
  expect(left).toBeLessThan(150)
}, 60_000)
