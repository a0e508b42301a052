import { backbones } from '@recdistill/backbones'
import { rowOf, type Split } from '@recdistill/core'
import { prepareSplit } from '@recdistill/data'
import { createEngine } from '@recdistill/engine'
import { loadMethods } from '@recdistill/methods'
import { resolveProtocol } from '@recdistill/metrics'
import {
  InputError,
  pairProblem,
  parseParams,
  sideOf,
  type AnyMethod,
  type Backbone,
  type BackboneDefinition,
  type Model,
} from '@recdistill/plugin'
import { countTensors, prepareTensors } from '@recdistill/tensor'
import { loadBest, loadModel, train, type TrainOptions, type TrainOutcome } from '@recdistill/trainer'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { presets } from '../src/config/presets.ts'

/** Every method with every teacher and every student there is, on the driver that RECDISTILL_DEVICE names. */
const methods = await loadMethods()
const students = backbones.filter(({ trains }) => trains !== 'once')
const dims = { teacher: 6, student: 4 }
const cache = mkdtempSync(join(tmpdir(), 'recdistill-pairs-'))

let engine: ReturnType<typeof createEngine>
let split: Split
const teachers = new Map<string, Teacher>()

beforeAll(async () => {
  await prepareTensors()
  engine = createEngine({ threads: 1 })
  split = await prepareSplit({ dataset: 'synthetic:tiny' }, { cacheDir: cache, seed: 0 })
})

afterAll(() => {
  for (const { model, snapshots } of teachers.values())
    for (const each of [model, ...snapshots]) each.dispose()
  engine.dispose()
  rmSync(cache, { recursive: true, force: true })
})

describe.each(students.map((student) => [student.name, student] as const))('student %s', (_, student) => {
  test.each(backbones.map((teacher) => [teacher.name, teacher] as const))(
    'every method trains two epochs with teacher %s, or says beforehand why not',
    (_, teacher) => {
      const wrong = methods.flatMap((method) => {
        try {
          learn(method, student, teacher)
          return []
        } catch (error) {
          return [`${method.name}: ${String(error)}`]
        }
      })
      expect(wrong).toEqual([])
    },
    300_000,
  )
})

test('a model that takes no steps is refused as a student, by every method', () => {
  for (const student of backbones.filter(({ trains }) => trains === 'once'))
    for (const method of methods)
      expect(problemOf(method, student, student), `${method.name}, ${student.name}`).toMatch(
        'takes no steps of training',
      )
})

test('most pairs work, every method with MF for both, and no refusal is for a reason of its own', () => {
  const all = students.flatMap((student) =>
    backbones.flatMap((teacher) => methods.map((method) => problemOf(method, student, teacher))),
  )
  expect(all.filter((problem) => problem === null).length).toBeGreaterThan(0.6 * all.length)
  const mf = backbones.filter(({ name }) => name === 'mf')[0]
  for (const method of methods) expect(problemOf(method, mf, mf)).toBe(null)
})

/** Two epochs, or a refusal that is the one declarations foretell. */
function learn(method: AnyMethod, student: BackboneDefinition, teacher: BackboneDefinition): void {
  const problem = problemOf(method, student, teacher)
  const tensors = countTensors()
  if (problem !== null) {
    expect(problem).toMatch(new RegExp(`^${method.name}: [^\\n]+[;,] [^\\n]+$`))
    // the first event would tell of an epoch: training has not begun
    const refused = () => train(optionsFor(method, student, teacher)).next()
    expect(refused).toThrow(InputError)
    expect(refused).toThrow(new RegExp(`^${method.name}: `))
    return
  }
  const before = teacherOf(teacher).model.rank(everyone(), 5, null).items.slice()
  const outcome = run(optionsFor(method, student, teacher))
  try {
    expect(outcome.curve.map(({ epoch }) => epoch)).toEqual([0, 1])
    for (const { loss, valid } of outcome.curve)
      for (const value of [loss.base, loss.kd, valid?.['ndcg@10']]) expect(value).toSatisfy(Number.isFinite)
    expect(outcome.curve[0].loss.kd).not.toBe(0)
    expectRanking(outcome.model)
    expect(teacherOf(teacher).model.rank(everyone(), 5, null).items).toEqual(before)
  } finally {
    outcome.model.dispose()
    outcome.teacher?.model.dispose()
  }
  expect(countTensors() - tensors).toBe(0)
}

function problemOf(
  method: AnyMethod,
  student: BackboneDefinition,
  teacher: BackboneDefinition,
): string | null {
  const { numUsers, numItems, train } = split
  const pair = { student: sideOf(student, dims.student), teacher: sideOf(teacher, dims.teacher) }
  return pairProblem(method, paramsOf(method), pair, { numUsers, numItems, train, dims })
}

/** What a method takes where the catalogue is small. */
function paramsOf(method: AnyMethod): Record<string, unknown> {
  return parseParams(method, presets.tiny.values[method.name] ?? {})
}

/** What a backbone takes where a test is to be short: histories of a few items through one block. */
function smallest(definition: BackboneDefinition): Record<string, unknown> {
  const known = Object.entries({ blocks: 1, length: 6 }).filter(([name]) => name in definition.params.shape)
  return parseParams(definition, Object.fromEntries(known))
}

interface Teacher {
  readonly model: Model
  readonly snapshots: readonly Model[]
  readonly start: Record<string, Float32Array>
}

/** Trained once for all students and methods. */
function teacherOf(definition: BackboneDefinition): Teacher {
  const known = teachers.get(definition.name)
  if (known) return known
  const folder = join(cache, definition.name)
  const snapshotEvery = definition.trains === 'once' ? null : 1
  run({
    ...plain(definition, dims.teacher),
    epochs: 3,
    checkpoint: { folder, everySeconds: 1000 },
    snapshotEvery,
  }).model.dispose()
  const load = (name: string) =>
    loadModel({ checkpoint: join(folder, name), split, engine, definitions: backbones })
  const made = {
    model: load('best.ckpt'),
    snapshots: snapshotEvery === null ? [] : ['epoch-0001.ckpt', 'epoch-0002.ckpt'].map(load),
    start: loadBest(join(folder, 'best.ckpt')).parameters,
  }
  teachers.set(definition.name, made)
  return made
}

function optionsFor(
  method: AnyMethod,
  student: BackboneDefinition,
  teacher: BackboneDefinition,
): TrainOptions {
  const { model, snapshots, start } = teacherOf(teacher)
  const params = paramsOf(method)
  const wanted = method.trajectory?.(params) ?? 0
  const versions = [...snapshots, model].slice(-wanted)
  const learningTeacher = {
    backbone: { definition: teacher, dim: dims.teacher, params: smallest(teacher) },
    lr: 1e-3,
    weightDecay: 0,
    start,
  }
  return {
    ...plain(student, dims.student),
    method: {
      definition: method,
      params,
      lambda: method.defaults.lambda,
      teacher: model,
      ...(method.teacherLoss && { learningTeacher }),
      ...(wanted > 0 && { trajectories: [versions] }),
    },
  }
}

function plain(definition: BackboneDefinition, dim: number): TrainOptions {
  const { lr = 1e-3, weightDecay = 1e-4, batch = 2048 } = definition.defaults ?? {}
  return {
    split,
    protocol: resolveProtocol('rce-kd'),
    backbone: { definition, dim, params: smallest(definition) },
    optimizer: { lr, weightDecay, batch, negatives: 1 },
    method: null,
    epochs: 2,
    patience: 100,
    validateEvery: 1,
    seed: 1,
    engine,
    checkpoint: null,
  }
}

function run(options: TrainOptions): TrainOutcome {
  const steps = train(options)
  for (;;) {
    const next = steps.next()
    if (next.done) return next.value
  }
}

function everyone(): Uint32Array {
  return Uint32Array.from({ length: split.numUsers }, (_, user) => user)
}

/** Distinct items of the catalogue that the user has not seen, best first. */
function expectRanking(model: Backbone): void {
  const k = 10
  const { items, scores } = model.rank(everyone(), k, split.train)
  for (let user = 0; user < split.numUsers; user++) {
    const row = items.subarray(user * k, (user + 1) * k)
    const seen = new Set(rowOf(split.train, user))
    if (row.some((item) => item >= split.numItems || seen.has(item)) || new Set(row).size !== k)
      throw new Error(`user ${user} is shown ${row.join(', ')}`)
    for (let place = 0; place < k; place++) {
      const score = scores[user * k + place]
      if (!Number.isFinite(score) || (place > 0 && score > scores[user * k + place - 1]))
        throw new Error(
          `user ${user} is shown scores ${scores.subarray(user * k, (user + 1) * k).join(', ')}`,
        )
    }
  }
}
