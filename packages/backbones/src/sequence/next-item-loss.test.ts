import { createRng, NO_ITEM } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { splitOf } from '@recdistill/testkit'
import { expect, test } from 'vitest'
import { drawNext } from './draw-next.ts'
import { nextItemLoss } from './next-item-loss.ts'
import { sequencesOf } from './sequences.ts'

// Spec, TV-13: logits after the division by the temperature; the second of row 0's drawn items is its target.
const logits = [[1.37, -0.85, -50000, 2.06], [90.3, 91.7, -4.2, 88]] // prettier-ignore

// Float32 near 91.7 is known to half a unit in its last place, 3.8e-6, and two of them are subtracted; with 90 less in that row,
// which changes no softmax, to 1e-7.
const cases = [0, 90].flatMap((less) =>
  [createEngine({ simd: 'none' }), createEngine({ threads: 1 })].map((engine) => ({
    engine,
    less,
    abs: less === 0 ? 8e-6 : 1e-6,
    kernels: engine.simd,
  })),
)

test.each(cases)(
  'the sampled softmax of TV-13, with $less less, on kernels $kernels',
  ({ engine, less, abs }) => {
    // States are unit vectors, so that item rows hold the logits; the drawn item that is the target is drawn as such.
    const [first, second] = [logits[0], logits[1].map((logit) => logit - less)]
    const item = engine.table('items', 4, 2, { trainable: true })
    engine.write(item, Float32Array.from([0, 1, 2, 3].flatMap((n) => [n === 2 ? 0 : first[n], second[n]])))
    const loss = nextItemLoss(engine, item, { kind: 'softmax', drawn: 3, temperature: 1 })
    const drawn = [[1, 0, 3], [1, 2, 3]] // prettier-ignore
    const run = (states: number[], next: number[], scale: number) =>
      loss.of(Float32Array.from(states), Uint32Array.from(next), (n, out) => out.set(drawn[n]), scale)
    expect(run([1, 0], [0], 1).loss).toBeNear(1.1321517, { rel: 0, abs })
    engine.takeGradient(item, new Float32Array(8))
    const { loss: sum, grad } = run([1, 0, 0, 1], [0, 0], 0.5)
    expect(sum - 1.1321517).toBeNear(1.6400561, { rel: 0, abs })
    expect(sum / 2).toBeNear(1.3861039, { rel: 0, abs })
    const toItems = new Float32Array(8)
    engine.takeGradient(item, toItems)
    const expected = [[-0.33883054, 0.017504472, 0, 0.32132606], [-0.40301542, 0.39329186, 8.8282402e-43, 0.0097235617]] // prettier-ignore
    expect(toItems).toBeNear([0, 1, 2, 3].flatMap((n) => [expected[0][n], expected[1][n]]), { rel: 0, abs }) // prettier-ignore
    // d loss / d state = sum of gradients times item rows
    const toFirst = [0, 1, 3].map((n) => expected[0][n] * first[n]).reduce((a, b) => a + b)
    expect(grad[0]).toBeNear(toFirst, { rel: 1e-5 })
    engine.dispose()
  },
)

test('the binary loss is the cross-entropy of the next item and of those drawn', () => {
  const engine = createEngine({ simd: 'none' })
  const item = engine.table('items', 3, 1, { trainable: true })
  engine.write(item, Float32Array.of(2, -1, 0.5))
  const loss = nextItemLoss(engine, item, { kind: 'binary', drawn: 2, temperature: 1 })
  const { loss: sum, grad } = loss.of(Float32Array.of(1.5), Uint32Array.of(0), (_, out) => out.set([1, NO_ITEM]), 2) // prettier-ignore
  const [up, down] = [3, -1.5]
  expect(sum).toBeNear(Math.log1p(Math.exp(-up)) + Math.log1p(Math.exp(down)))
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  expect(grad).toBeNear([2 * ((sigmoid(up) - 1) * 2 - sigmoid(down))])
  engine.dispose()
})

test('drawn items are of the user alone, uniform, and unseen where that is asked', () => {
  const { train, trainSequence } = splitOf(6, { train: [[5, 1, 2], [0, 3], [0, 1, 2, 3, 4, 5]], test: [[], [], []] }) // prettier-ignore
  const drawn = (users: number[], except: typeof train | null, size = 2) => {
    const [sequences] = sequencesOf(trainSequence, Uint32Array.from(users), { length: 9, next: true })
    const draw = drawNext(sequences, { numItems: 6, except, rng: createRng(3) })
    return [...sequences.next].map((_, n) => {
      const out = new Uint32Array(size)
      draw(n, out)
      return [...out]
    })
  }
  expect(drawn([1], null)).toEqual(drawn([0, 1], null).slice(2))
  const many = drawn([0], null, 3000).flat()
  for (const item of [0, 1, 2, 3, 4, 5])
    expect(many.filter((one) => one === item).length / many.length).toBeNear(1 / 6, { rel: 0.1 })
  const unseen = drawn([0, 1], train, 200)
  expect(new Set(unseen.slice(0, 2).flat())).toEqual(new Set([0, 3, 4]))
  expect(new Set(unseen[2])).toEqual(new Set([1, 2, 4, 5]))
  expect(new Set(drawn([2], train).flat())).toEqual(new Set([NO_ITEM]))
})
