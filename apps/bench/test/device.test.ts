import { loadBackbone } from '@recdistill/backbones'
import { createEngine, type Engine } from '@recdistill/engine'
import { loadMethods } from '@recdistill/methods'
import { resolveProtocol } from '@recdistill/metrics'
import type { AnyMethod, Model } from '@recdistill/plugin'
import { parseParams } from '@recdistill/plugin'
import { prepareTensors, tf } from '@recdistill/tensor'
import { findNodeBackends } from '@recdistill/tensor/node-backend'
import { randomSplit } from '@recdistill/testkit'
import { train, type TrainOptions, type TrainOutcome } from '@recdistill/trainer'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from './run.ts'

const hasTensorFlow = findNodeBackends().found.length > 0
const split = randomSplit({ users: 60, items: 40, seed: 3 })
const mf = loadBackbone('mf')

function trained(engine: Engine, change: Partial<TrainOptions>): TrainOutcome {
  const steps = train({
    split,
    protocol: resolveProtocol('rce-kd'),
    backbone: { definition: mf, dim: 6, params: { init: 0.1, biases: false } },
    optimizer: { lr: 0.01, weightDecay: 1e-4, batch: 32, negatives: 1 },
    method: null,
    epochs: 1,
    patience: 100,
    validateEvery: 1,
    seed: 1,
    engine,
    checkpoint: null,
    ...change,
  })
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
  }
}

/** The trained parameters, copied. */
function stateOf({ model }: TrainOutcome): Record<string, Float32Array> {
  const { parameters } = model.state()
  return Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.slice()]))
}

/** Lists that need no more than a teacher and a student of this backbone. */
const methods = (await loadMethods()).filter(({ name }) => ['rrd', 'rce-kd', 'vanilla-ce'].includes(name))

describe.skipIf(!hasTensorFlow)(
  'an epoch on the tensorflow driver (needs recdistill setup tensorflow)',
  () => {
    const engines = {
      cpu: hasTensorFlow ? createEngine({ device: 'cpu', threads: 2 }) : null,
      tensorflow: hasTensorFlow ? createEngine({ device: 'tensorflow' }) : null,
    }
    afterAll(() => Object.values(engines).forEach((engine) => engine?.dispose()))

    /** The same on both drivers, the tape on the backend that goes with each. */
    async function onBoth<T>(work: (engine: Engine) => T): Promise<[T, T]> {
      await prepareTensors({ backend: 'wasm' })
      const cpu = work(engines.cpu as Engine)
      await prepareTensors({ backend: 'tensorflow' })
      return [cpu, work(engines.tensorflow as Engine)]
    }

    function expectNear(got: Record<string, Float32Array>, expected: Record<string, Float32Array>): void {
      expect(Object.keys(got)).toEqual(Object.keys(expected))
      for (const name of Object.keys(expected)) {
        const size = Math.max(...expected[name].map(Math.abs))
        const worst = Math.max(...expected[name].map((value, n) => Math.abs(value - got[name][n])))
        expect(worst / size, name).toBeLessThan(1e-4)
      }
    }

    test('a model from scratch ends within 1e-4 of the cpu driver', async () => {
      const [cpu, device] = await onBoth((engine) => {
        const outcome = trained(engine, { epochs: 3 })
        const state = stateOf(outcome)
        outcome.model.dispose()
        return { state, losses: outcome.curve.map(({ loss }) => loss.base) }
      })
      expectNear(device.state, cpu.state)
      device.losses.forEach((loss, n) => expect(Math.abs(loss - cpu.losses[n])).toBeLessThan(1e-4))
    })

    for (const fused of [true, false])
      test.each(methods.map((method) => [method.name, method] as const))(
        `%s, ${fused ? 'by the kernels of the engine' : 'on the tape'}: within 1e-4 of the cpu driver, and no tensor stays`,
        async (_, method) => {
          const { fused: _kernels, ...plain } = method
          const definition = (fused ? method : plain) as AnyMethod
          const params = parseParams(method, {
            ...(method.name === 'rrd' ? { maxK: 30, K: 8, L: 8 } : {}),
            ...(method.name === 'rce-kd' ? { K: 8, L: 8, M: 30 } : {}),
            ...(method.name === 'vanilla-ce' ? { K: 8 } : {}),
          })
          const [cpu, device] = await onBoth((engine) => {
            const teacher = trained(engine, {
              epochs: 3,
              backbone: { definition: mf, dim: 10, params: { init: 0.1, biases: false } },
            })
            const before = tf.memory().numTensors
            const outcome = trained(engine, {
              method: { definition, params, lambda: 0.1, teacher: teacher.model as Model },
            })
            expect(tf.memory().numTensors).toBe(before)
            const state = stateOf(outcome)
            for (const { model } of [outcome, teacher]) model.dispose()
            return state
          })
          expectNear(device, cpu)
        },
      )
  },
)

test('a device that is not there is refused in one line, and a wrong name with the right ones', async () => {
  const wrong = await run(['bench', '--preset', 'tiny', '--device', 'gpux'])
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toMatch(/--device: .*"cpu"\|"tensorflow"\|"gpu"\|"auto"|--device.*cpu.*tensorflow/)
  expect(wrong.stderr.trim()).not.toContain('\n')
  const missing = await run(['bench', '--preset', 'tiny', '--device', 'gpu', '--out', '/nonexistent/never'])
  expect(missing.code).toBe(2)
  expect(missing.stderr).toMatch(/device gpu: .*(recdistill setup tensorflow --gpu|sees no GPU)/)
})
