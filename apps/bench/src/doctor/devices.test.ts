import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeBackend } from '@recdistill/tensor/node-backend'
import { expect, test } from 'vitest'
import { judgeDevices, lookForDevices, type Situation } from './devices.ts'

const nothing: Situation = {
  asked: null,
  gpus: [],
  backend: null,
  trial: null,
  problems: [],
  test: null,
}
const backend = (flavour: 'cpu' | 'gpu'): NodeBackend => ({
  flavour,
  origin: 'installed',
  packageFolder: '/p',
  packageName: '@tensorflow/tfjs-node',
  packageVersion: '4.22.0',
  binding: '/p/binding.node',
  provision: null,
})
const passed = { problem: null, usersPerSecond: 1234.5 }
const gpus = ['NVIDIA A100 (driver 570.1)']

const judge = (changes: Partial<Situation>) => {
  const [library, device] = judgeDevices({ ...nothing, ...changes })
  return { library, device }
}

test('without a GPU and a library the cpu driver is used and nothing better is promised', () => {
  const { library, device } = judge({})
  expect(library).toMatchObject({ status: 'optional', value: expect.stringMatching(/nothing needs one/) })
  expect(device).toMatchObject({
    status: 'ok',
    value: expect.stringMatching(/^cpu, since nothing else was asked for .*--device auto would take cpu$/),
    advice: expect.stringMatching(/no NVIDIA GPU/),
  })
})

test('with a GPU and no library for it the next step is its setup', () => {
  for (const found of [null, backend('cpu')]) {
    const trial = found === null ? null : { version: '2.21.0', gpu: false }
    const { device } = judge({ gpus, backend: found, trial, test: found && passed })
    expect(device.advice).toMatch(
      /^for NVIDIA A100 .*: recdistill setup tensorflow --gpu, then --device gpu$/,
    )
  }
})

test('a library for CUDA that sees no GPU: driver or CUDA libraries', () => {
  const { device } = judge({
    gpus,
    backend: backend('gpu'),
    trial: { version: '2.21.0', gpu: false },
    test: passed,
  })
  expect(device.advice).toMatch(/does not see it; update the NVIDIA driver .* --gpu --force/)
})

test('a working GPU is what auto takes, and there is nothing better', () => {
  const working = { gpus, backend: backend('gpu'), trial: { version: '2.21.0', gpu: true }, test: passed }
  const { library, device } = judge(working)
  expect(library).toMatchObject({
    status: 'ok',
    value: expect.stringMatching(/2.21.0 on a GPU.*ranks 1235 users\/s/),
  })
  expect(device).toMatchObject({
    value: expect.stringMatching(/--device auto would take gpu/),
    advice: expect.stringMatching(/nothing better/),
  })
  expect(judge({ ...working, asked: 'auto' }).device.value).toBe('gpu, since RECDISTILL_DEVICE is auto')
})

test('what was asked for and is not there has failed; a wrong word too', () => {
  expect(judge({ asked: 'gpu' }).device).toMatchObject({
    status: 'failed',
    value: expect.stringMatching(/gpu, which is not to be had/),
  })
  expect(judge({ asked: 'tensorflow' }).device.status).toBe('failed')
  expect(judge({ asked: 'tpu' }).device).toMatchObject({
    status: 'failed',
    advice: expect.stringMatching(/cpu, tensorflow, gpu or auto/),
  })
  expect(judge({ asked: 'cpu' }).device.status).toBe('ok')
})

test('a library that does not start, computes wrongly or cannot be used is said', () => {
  expect(judge({ problems: ['built for another'] }).library).toMatchObject({
    status: 'warning',
    advice: expect.stringMatching(/another/),
  })
  expect(judge({ backend: backend('gpu'), trial: { problem: 'no GLIBC' } }).library).toMatchObject({
    status: 'failed',
    value: 'no GLIBC',
    advice: 'recdistill setup tensorflow --gpu --force',
  })
  const wrong = { backend: backend('cpu'), trial: { version: '2.21.0', gpu: false } }
  expect(judge({ ...wrong, test: { problem: 'place 0 of user 1', usersPerSecond: 1 } }).library.status).toBe(
    'failed',
  )
})

test('looking finds nothing in an empty home', async () => {
  const env = { PATH: '', RECDISTILL_HOME: mkdtempSync(join(tmpdir(), 'recdistill-doctor-')) }
  expect(await lookForDevices(env)).toMatchObject({ gpus: [], asked: null })
})
