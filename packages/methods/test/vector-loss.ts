import { createRng } from '@recdistill/core'
import type { AnyMethod, World } from '@recdistill/plugin'
import { tf, valueAndGradients, type Tensor2D } from '@recdistill/tensor'
import { expectGradient } from '@recdistill/testkit'

/** A batch for a method that reads vectors: as many rows of each kind as `counts` says, and as many per list as it is long. */
export interface VectorScene {
  readonly world: World
  /** Rows of each declared kind of vectors, by name. */
  readonly counts: Readonly<Record<string, number>>
  /** Rows of the loss: a list of q items has [rows, q] scores. */
  readonly rows: number
  readonly epoch?: number
  readonly epochs?: number
  readonly seed?: number
}

type Leaves = Record<string, Tensor2D>

/** Named numbers of a scene: `student <rows>`, `teacher <rows>`, `scores <list>` and trainable parameters by name. */
export function leavesOf(method: AnyMethod, params: object, scene: VectorScene): Leaves {
  const { world, counts, rows, seed = 1 } = scene
  const rng = createRng(seed)
  const normal = (name: string, [n, width]: readonly number[], scale = 1) => {
    const stream = rng.fork(name)
    return tf.tensor2d(
      Float32Array.from({ length: n * width }, () => scale * stream.normal()),
      [n, width],
    )
  }
  const leaves: Leaves = {}
  for (const name of Object.keys(method.rows?.(params as never, world) ?? {})) {
    leaves[`student ${name}`] = normal(`student ${name}`, [counts[name] ?? 0, world.dims.student])
    leaves[`teacher ${name}`] = normal(`teacher ${name}`, [counts[name] ?? 0, world.dims.teacher])
  }
  for (const [name, list] of Object.entries(method.lists(params as never, world, undefined)))
    if ('size' in list && typeof list.size === 'number')
      leaves[`scores ${name}`] = normal(`scores ${name}`, [rows, list.size])
  for (const [name, { shape }] of Object.entries(method.aux?.(params as never, world) ?? {}))
    leaves[name] = normal(name, shape, 0.5)
  return leaves
}

/** The method's loss as a function of those leaves. */
export function lossOfLeaves(method: AnyMethod, params: object, scene: VectorScene, leaves: Leaves) {
  const { epoch = 0, seed = 1 } = scene
  const named = (prefix: string) =>
    Object.fromEntries(
      Object.entries(leaves)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, leaf]) => [name.slice(prefix.length), leaf]),
    )
  const scores = named('scores ')
  const mask = Object.fromEntries(Object.entries(scores).map(([name, of]) => [name, tf.onesLike(of)]))
  const input = {
    student: { scores, rows: named('student '), backgrounds: {} },
    teacher: { scores, rows: named('teacher '), backgrounds: {} },
    mask,
    ids: idsOf(named('student ')),
    values: {},
    everyone: {},
    aux: leaves,
    params,
    epoch,
    get epochs() {
      return scene.epochs ?? 100
    },
    rng: createRng(seed).fork('step'),
  }
  return method.loss(input as never)
}

export function evaluateVectors(method: AnyMethod, params: object, scene: VectorScene, leaves: Leaves) {
  return valueAndGradients(leaves, (known) => tf.tidy(() => lossOfLeaves(method, params, scene, known)))
}

/** The gradient with respect to those leaves agrees with finite differences; the others stay where they are. */
export function expectGradientOf(
  method: AnyMethod,
  params: object,
  scene: VectorScene,
  { isLearned, abs = 1e-2 }: { isLearned: (name: string) => boolean; abs?: number },
): void {
  const leaves = leavesOf(method, params, scene)
  const names = Object.keys(leaves).filter(isLearned)
  expectGradient(
    (...given) => {
      const moved = Object.fromEntries(names.map((name, n) => [name, given[n]]))
      return lossOfLeaves(method, params, scene, { ...leaves, ...moved })
    },
    names.map((name) => leaves[name].shape),
    { inputs: names.map((name) => leaves[name].dataSync()), step: 0.005, rel: 1e-2, abs },
  )
}

/** Every row is an entity of its own. */
function idsOf(rows: Leaves): Record<string, Uint32Array> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, { shape }]) => [name, new Uint32Array(shape[0]).map((_, n) => n)]),
  )
}
