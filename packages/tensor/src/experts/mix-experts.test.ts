import { createRng } from '@recdistill/core'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stampOfExperts } from '../../scripts/build-kernels.mjs'
import { countTensors, prepareTensors, tf, valueAndGradients, type Tensor2D } from '../index.ts'
import { createExpertMachine, type ExpertMachine } from './expert-machine.ts'
import { dropFaint } from './faint-weights.ts'
import { mixExperts, mixExpertsPlainly } from './mix-experts.ts'
import type { MixtureInput } from './mixture.ts'
import { stampOfAssembly } from './stamp.ts'

const machines: Record<string, ExpertMachine> = {}

beforeAll(async () => {
  await prepareTensors()
  machines.relaxed = createExpertMachine({ threads: 2 }) as ExpertMachine
  machines.single = createExpertMachine({ threads: 1 }) as ExpertMachine
  machines.simd = createExpertMachine({ threads: 3, simd: 'simd' }) as ExpertMachine
})
afterAll(() => {
  for (const machine of Object.values(machines)) machine.dispose()
})

interface Size {
  readonly rows: number
  readonly inputs: number
  readonly experts: number
  readonly hidden: number
  readonly outputs: number
}

/** Weights as sharp as `temperature` makes them. */
function inputOf(size: Size, seed: number, temperature: number): MixtureInput {
  const { rows, inputs, experts, hidden, outputs } = size
  const rng = createRng(seed)
  const normal = (count: number, scale = 1) =>
    Float32Array.from({ length: count }, () => scale * rng.normal())
  const weights = tf.tidy(() =>
    tf.softmax(tf.tensor2d(normal(rows * experts, 1 / temperature), [rows, experts])).dataSync<'float32'>(),
  )
  const layers = {
    first: normal(inputs * experts * hidden, 1 / Math.sqrt(inputs)),
    firstBias: normal(experts * hidden, 0.3),
    second: normal(experts * hidden * outputs, 1 / Math.sqrt(hidden)),
    secondBias: normal(experts * outputs, 0.3),
  }
  return {
    ...size,
    x: normal(rows * inputs),
    weights,
    layers: { key: [layers], read: () => layers },
  }
}

const names = ['x', 'weights', 'first', 'firstBias', 'second', 'secondBias'] as const

function tensorsOf(input: MixtureInput): Record<(typeof names)[number], Tensor2D> {
  const { rows, inputs, experts, hidden, outputs } = input
  const numbers = { x: input.x, weights: input.weights, ...input.layers.read() }
  const shapes = {
    x: [rows, inputs],
    weights: [rows, experts],
    first: [inputs, experts * hidden],
    firstBias: [1, experts * hidden],
    second: [experts * hidden, outputs],
    secondBias: [experts, outputs],
  } as const
  return Object.fromEntries(
    names.map((name) => [name, tf.tensor2d(numbers[name], [...shapes[name]])]),
  ) as never
}

const layersOf = (leaf: ReturnType<typeof tensorsOf>) => ({
  hidden: leaf.first,
  hiddenBias: leaf.firstBias,
  output: leaf.second,
  outputBias: leaf.secondBias,
})

/** Value and gradient of <mixture, upstream> by plain products. */
function plain(input: MixtureInput, upstream: Float32Array) {
  const leaves = tensorsOf(input)
  const value = tf.tidy(() =>
    mixExpertsPlainly(leaves.x, leaves.weights, layersOf(leaves)).dataSync<'float32'>(),
  )
  const { gradients } = valueAndGradients(leaves, (leaf) =>
    tf.sum(
      tf.mul(
        mixExpertsPlainly(leaf.x, leaf.weights, layersOf(leaf)),
        tf.tensor2d(upstream, [input.rows, input.outputs]),
      ),
    ),
  )
  tf.dispose(leaves)
  return { value, gradients }
}

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, rel: number, what: string) {
  expect(actual.length, what).toBe(expected.length)
  let most = 1e-3
  let worst = 0
  for (let n = 0; n < expected.length; n++) {
    most = Math.max(most, Math.abs(expected[n]))
    worst = Math.max(worst, Math.abs(actual[n] - expected[n]))
  }
  expect(worst / most, what).toBeLessThan(rel)
}

test('the modules in the sources were made of the assembly in the sources', () => {
  expect(stampOfAssembly).toBe(stampOfExperts())
})

test('any size, any sharpness: value and gradient agree with plain products, whatever the kernels and threads', () => {
  const size = fc.record({
    rows: fc.integer({ min: 1, max: 150 }),
    inputs: fc.integer({ min: 1, max: 9 }),
    experts: fc.integer({ min: 1, max: 6 }),
    hidden: fc.integer({ min: 1, max: 20 }),
    outputs: fc.integer({ min: 1, max: 70 }),
  })
  fc.assert(
    fc.property(size, fc.integer(), fc.constantFrom(1, 0.3, 0.01), (size, seed, temperature) => {
      const input = inputOf(size, seed, temperature)
      const rng = createRng(seed).fork('upstream')
      const upstream = Float32Array.from({ length: size.rows * size.outputs }, () => rng.normal())
      dropFaint(input.weights, size.experts)
      const expected = plain(input, upstream)
      // The gradient of a weight that is 0 is not computed.
      expected.gradients.weights.forEach((_, n) => {
        if (input.weights[n] === 0) expected.gradients.weights[n] = 0
      })
      for (const [name, machine] of Object.entries(machines)) {
        expectNear(machine.mix(input), expected.value, 2e-6, `${name} value`)
        const gradients = machine.differentiate(input, upstream)
        for (const part of names)
          expectNear(gradients[part], expected.gradients[part], 4e-6, `${name} ${part}`)
      }
    }),
    { numRuns: 40, seed: 11 },
  )
})

test('the bits do not depend on the number of threads', () => {
  const input = inputOf({ rows: 500, inputs: 20, experts: 7, hidden: 40, outputs: 100 }, 3, 0.5)
  const upstream = new Float32Array(500 * 100).map((_, n) => Math.sin(n))
  const allOf = (machine: ExpertMachine) =>
    [machine.mix(input).slice(), ...Object.values(machine.differentiate(input, upstream))].map(bytesOf)
  const single = allOf(machines.single).map((bytes) => Buffer.from(bytes))
  for (let again = 0; again < 5; again++)
    allOf(machines.relaxed).forEach((bytes, n) => expect(Buffer.compare(bytes, single[n])).toBe(0))
})

test('layers are read again when they are others, and not when they were used lately', () => {
  const size = { rows: 3, inputs: 2, experts: 2, hidden: 3, outputs: 4 }
  const reads: number[] = []
  const inputs = [1, 2, 3].map((seed) => {
    const input = inputOf(size, seed, 1)
    const read = () => (reads.push(seed), input.layers.read())
    return { ...input, layers: { ...input.layers, read } }
  })
  const alone = inputs.map((input) => machines.simd.mix(input).slice())
  reads.length = 0
  for (const n of [0, 1, 1, 0, 1, 2, 1, 0, 2])
    expect(machines.relaxed.mix(inputs[n])).toEqual(machines.single.mix(inputs[n]))
  expect(reads.filter((_, n) => n % 2 === 0)).toEqual([1, 2, 3, 1, 3])
  alone.forEach((mixture, n) => expectNear(machines.relaxed.mix(inputs[n]), mixture, 2e-6, `layers ${n}`))
})

test('what fails on the way leaves nothing wrong behind: a step too large for memory, layers that cannot be read', () => {
  const input = inputOf({ rows: 70, inputs: 3, experts: 2, hidden: 9, outputs: 40 }, 4, 1)
  const expected = machines.single.mix(input).slice()
  const other = inputOf({ rows: 70, inputs: 3, experts: 2, hidden: 9, outputs: 40 }, 5, 1)
  const otherwise = machines.single.mix(other).slice()
  const unread = {
    ...other,
    layers: {
      ...other.layers,
      read: () => {
        throw new Error('not now')
      },
    },
  }
  const large = { ...input, experts: 400, hidden: 3000, outputs: 900, layers: { ...input.layers, key: [{}] } }
  for (let again = 0; again < 2; again++) {
    expect(() => machines.relaxed.mix(large)).toThrow(/^mixtures of experts: no memory for \d+ MiB/)
    expect(() => machines.relaxed.mix(unread)).toThrow('not now')
    expect(machines.relaxed.mix(input)).toEqual(expected)
  }
  expect(machines.relaxed.mix(other)).toEqual(otherwise)
})

test('on the tape: large mixtures agree with plain products, and leave nothing behind', () => {
  const input = inputOf({ rows: 260, inputs: 6, experts: 4, hidden: 50, outputs: 90 }, 5, 1)
  const leaves = tensorsOf(input)
  const loss = (mixture: typeof mixExperts) =>
    valueAndGradients(leaves, (leaf) =>
      tf.sum(tf.square(mixture(leaf.x, tf.neg(tf.neg(leaf.weights)), layersOf(leaf)))),
    )
  loss(mixExperts)
  const before = countTensors()
  const ours = loss(mixExperts)
  expect(countTensors()).toBe(before)
  const theirs = loss(mixExpertsPlainly)
  expectNear([ours.value], [theirs.value], 1e-5, 'value')
  for (const name of names) expectNear(ours.gradients[name], theirs.gradients[name], 1e-5, name)
})

test('faint weights are those that a sum of the row cannot hold', () => {
  const weights = Float32Array.of(1, 2 ** -24, 2 ** -25, -0.5, 0, 0, 1e-20, -1e-20, 1e-30)
  dropFaint(weights, 3)
  expect([...weights]).toEqual([1, 2 ** -24, 0, -0.5, 0, 0, 1e-20, -1e-20, 0].map(Math.fround))
})

function bytesOf(part: Float32Array): Buffer {
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength)
}
