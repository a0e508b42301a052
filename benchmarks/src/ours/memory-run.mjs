// One RCE-KD run from files to a trained student, in this process; prints its peak memory and its epochs as JSON.
import { join } from 'node:path'
import { trainingSplit } from '@recdistill/core'
import { createEngine } from '@recdistill/engine'
import { loadMethod } from '@recdistill/methods'
import { resolveProtocol } from '@recdistill/metrics'
import { train } from '@recdistill/trainer'
import { readPairs } from '../data.mjs'
import { mf } from './model.mjs'

const { folder, epochs, teacherEpochs, threads } = JSON.parse(process.argv[2])
const peakMiB = () => process.resourceUsage().maxRSS / 1024
const peakAfter = {}

const parts = ['train', 'test'].map((name) => readPairs(join(folder, `${name}.tsv.gz`)))
const numUsers = Math.max(...parts.map(({ offsets }) => offsets.length - 1))
const numItems = parts.reduce((most, { items }) => items.reduce((a, b) => Math.max(a, b), most), 0) + 1
const [trainRows, testRows] = parts.map((rows) => withUsers(rows, numUsers))
// The file has no validation part; the test part stands in, so that evaluation is part of the run and its memory.
const split = {
  ...trainingSplit('gowalla', trainRows, numItems),
  valid: testRows,
  test: testRows,
}
peakAfter.reading = peakMiB()

const engine = createEngine({ threads })
const shared = {
  split,
  protocol: resolveProtocol('rce-kd'),
  patience: 1000,
  validateEvery: 1,
  seed: 0,
  engine,
  checkpoint: null,
}
const factors = (dim) => ({ definition: mf(), dim, params: mf().params.parse({}) })
const adam = (weightDecay) => ({ lr: 1e-3, weightDecay, batch: 2048, negatives: 1 })

const teacher = finish(
  train({ ...shared, backbone: factors(300), optimizer: adam(1e-4), method: null, epochs: teacherEpochs }),
).model
peakAfter.teacher = peakMiB()

const definition = await loadMethod('rce-kd')
const params = definition.params.parse({ K: 100, L: 50, M: 100, T: 10, beta: 5, tau: 1 })
const { model, curve } = finish(
  train({
    ...shared,
    backbone: factors(20),
    optimizer: adam(1e-5),
    method: { definition, params, lambda: 10, teacher },
    epochs,
  }),
)
peakAfter.student = peakMiB()
const answer = {
  peakMiB: peakMiB(),
  peakAfter,
  engine: { threads: engine.threads, simd: engine.simd },
  data: { numUsers, numItems, pairs: trainRows.items.length },
  epochs: curve.map(({ seconds }) => seconds),
  valid: curve.at(-1).valid,
}
model.dispose()
teacher.dispose()
engine.dispose()
console.log(JSON.stringify(answer))

function finish(training) {
  for (;;) {
    const { value, done } = training.next()
    if (done) return value
  }
}

/** The same rows with empty ones after them, up to `users`. */
function withUsers({ offsets, items }, users) {
  const more = new Uint32Array(users + 1).fill(items.length)
  more.set(offsets)
  return { offsets: more, items }
}
