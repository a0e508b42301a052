import { createRng } from '@recdistill/core'
import { countTensors, prepareTensors } from '@recdistill/tensor'
import assert from 'node:assert/strict'
import { batchOf, rowsOf } from './block.ts'
import type { Check } from './check.ts'
import { drawEpochs } from './draw.ts'
import { isDrawn, type Drawn } from './drawn.ts'
import { evaluate } from './evaluate.ts'
import { expectFused } from './expect-fused.ts'
import { expectPullback } from './finite-differences.ts'
import { assertNear } from './near.ts'
import type { Pair, Params, SceneOptions } from './scene.ts'
import { declare, type Declared, type Subject } from './subject.ts'

type Law = (declared: Declared, drawn: Drawn) => void

/** What a loss must be, whatever it is: tried before the first epoch and before the last. */
export function lossChecks(subject: Subject): Check[] {
  const { cases, smallest, method, trains } = subject
  const known = new Map<string, { declared: Declared; drawn: readonly Drawn[] }>()
  const setUp = (n: number, room: number, options: SceneOptions) => {
    const key = JSON.stringify([n, room, options])
    let found = known.get(key)
    if (found === undefined) {
      const declared = declare(subject, cases[n], smallest(cases[n]) + room, options)
      const drawn = drawEpochs(declared)
      known.set(
        key,
        (found = { declared, drawn: drawn.length > 1 ? [drawn[0], drawn.at(-1) as Drawn] : drawn }),
      )
    }
    return found
  }
  const check = (
    name: string,
    law: Law,
    { rooms = [20], scene = {}, only = () => true }: { rooms?: readonly number[]; scene?: SceneOptions; only?: (params: Params) => boolean } = {}, // prettier-ignore
  ): Check => ({
    name: `${subject.prefix}${name}`,
    async run() {
      await prepareTensors()
      for (const [n, params] of cases.entries())
        if (only(params))
          for (const room of rooms) {
            const { declared, drawn } = setUp(n, room, scene)
            for (const each of drawn) law(declared, each)
          }
    },
  })
  const finite: Law = (declared, drawn) => void evaluate(declared, drawn, { batch: batchOf(declared) })
  return [
    // A loss that reads vectors sees its batch as a whole.
    ...(method.rows
      ? [check('the order of the batch does not matter', expectAnyOrder)]
      : [
          check('two blocks of rows sum to one batch, in value and gradient', expectBlocks),
          check('the order of rows does not matter, and a row that stands twice counts twice', (...args) => {
            expectAnyOrder(...args)
            expectTwiceAsMuch(...args)
          }),
        ]),
    check('padding takes no part', expectNoPadding),
    check('gradient agrees with finite differences through a factor model', expectGradient),
    ...(method.fused && trains === 'student'
      ? [
          check('the loss by name equals the loss on the tape, in value and gradient', expectFused, {
            only: (params) => Boolean(method.fused?.(params)),
          }),
        ]
      : []),
    check('the same step gives the same loss, whatever was asked before', expectSame),
    check('batches of one row give finite numbers', expectSmallBatches),
    check('scores of plus and minus ninety and beyond give finite numbers', finite, {
      rooms: [0, 20],
      scene: { spread: 60 },
    }),
    check('equal scores give finite numbers', finite, { rooms: [0, 20], scene: { equal: true } }),
    check('no tensor is left behind, and inputs are not disposed', (declared, drawn) => {
      finite(declared, drawn)
      const before = countTensors()
      finite(declared, drawn)
      assert.equal(countTensors() - before, 0, 'tensors after minus tensors before')
    }),
  ]
}

const expectBlocks: Law = (declared, drawn) => {
  const batch = batchOf(declared)
  const rows = rowsOf(declared, batch)
  const of = (rows: readonly Pair[]) => evaluate(declared, drawn, { batch, rows })
  const whole = of(rows)
  const middle = rows.length >> 1
  const first = of(rows.slice(0, middle))
  const second = of(rows.slice(middle))
  assertNear([first.value + second.value], [whole.value], {}, 'value')
  assertNear(
    first.gradient.map((g, n) => g + second.gradient[n]),
    whole.gradient,
    {},
    'gradient',
  )
}

const expectAnyOrder: Law = (declared, drawn) => {
  const batch = batchOf(declared)
  const whole = evaluate(declared, drawn, { batch })
  const places = Uint32Array.from(batch.keys())
  createRng(37).shuffle(places)
  for (const other of [[...batch].reverse(), Array.from(places, (place) => batch[place])]) {
    const { value, gradient } = evaluate(declared, drawn, { batch: other })
    assertNear([value], [whole.value], {}, 'value')
    assertNear(gradient, whole.gradient, {}, 'gradient')
  }
}

const expectTwiceAsMuch: Law = (declared, drawn) => {
  const batch = batchOf(declared)
  const row = batch.find(({ user }) => user === 2) as Pair
  const once = evaluate(declared, drawn, { batch, rows: [row] })
  const twice = evaluate(declared, drawn, { batch, rows: [row, row] })
  assertNear([twice.value], [2 * once.value], {}, 'a row twice')
}

const expectNoPadding: Law = (declared, drawn) => {
  if (!Object.values(declared.lists).some(isDrawn)) return
  const batch = batchOf(declared)
  const plain = evaluate(declared, drawn, { batch })
  const padded = evaluate(declared, drawn, { batch, pad: 3 })
  assertNear([padded.value], [plain.value], {}, 'value; use mask')
  assertNear(padded.gradient, plain.gradient, {}, 'gradient; use mask')
}

const expectGradient: Law = (declared, drawn) => {
  const length = expectPullback(declared, drawn, 3)
  assert.ok(length > 0 || drawn.epoch > 0, 'the gradient is zero: nothing would be learned')
}

/** Noise is of the stream of the step alone, and a loss keeps nothing from call to call. */
const expectSame: Law = (declared, drawn) => {
  const batch = batchOf(declared)
  const { value, gradient } = evaluate(declared, drawn, { batch })
  evaluate(declared, drawn, { batch: batch.slice(1, 3) })
  const again = evaluate(declared, drawn, { batch })
  assert.equal(again.value, value, 'value')
  assert.deepEqual(again.gradient, gradient, 'gradient')
}

const expectSmallBatches: Law = (declared, drawn) => {
  for (const pair of batchOf(declared)) evaluate(declared, drawn, { batch: [pair] })
}
