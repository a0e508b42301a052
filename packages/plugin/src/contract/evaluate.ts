import { createRng, NO_ITEM } from '@recdistill/core'
import { tf, valueAndGradients, type Scalar, type Tensor, type Tensor2D } from '@recdistill/tensor'
import { blockOf, type BlockOptions } from './block.ts'
import { everyone } from './draw.ts'
import type { Drawn } from './drawn.ts'
import { partsOf, startPoint, type Point } from './point.ts'
import type { Declared } from './subject.ts'
import { auxOf, backgroundsOf, viewsOf, type View } from './views.ts'

/** A loss over some rows, and its gradient with respect to every number that is trained: tables, then auxiliary tensors. */
export interface Evaluated {
  readonly value: number
  readonly gradient: Float64Array
}

export interface EvaluateOptions extends BlockOptions {
  readonly point?: Point
}

/** Share of the epochs done when the loss runs at this epoch of as many as the suite has. */
function progressAt({ subject }: Declared, epoch: number): number {
  return epoch / subject.epochs
}

/** The n-th point that losses are evaluated at, the first when nothing else is said: no auxiliary tensor is zero. */
export function generalPoint(declared: Declared, n = 0): Point {
  const { students } = declared.scene
  const start = startPoint(declared, createRng(29).fork(n), { scatter: 0.2 })
  return { ...start, student: students[n % students.length] }
}

type Named = Record<string, Tensor>

/** Runs a method's loss on the tape; every call is the same step, with the same stream of random numbers. */
export function evaluate(declared: Declared, drawn: Drawn, options: EvaluateOptions): Evaluated {
  return withLoss(declared, drawn, options, ({ leaves, loss, live, size }) => {
    const { value, gradients } = valueAndGradients(leaves as Record<string, Tensor2D>, loss)
    const gradient = new Float64Array(size)
    for (const view of live) {
      const found = gradients[leafName(view)]
      if (found !== undefined) view.pull(found, gradient)
    }
    return { value, gradient }
  })
}

/** The same loss alone, which takes half the time. */
export function valueAt(declared: Declared, drawn: Drawn, options: EvaluateOptions): number {
  return withLoss(declared, drawn, options, ({ leaves, loss }) => {
    let value = NaN
    tf.tidy(() => void (value = loss(leaves).dataSync()[0]))
    return value
  })
}

interface Prepared {
  readonly live: readonly View[]
  readonly leaves: Named
  readonly loss: (leaves: Named) => Scalar
  /** How many numbers are trained. */
  readonly size: number
}

const leafName = ({ kind, name }: View) => `${kind} ${name}`

/** Makes every tensor a loss reads, lets it be used, and takes them back. */
function withLoss<T>(
  declared: Declared,
  drawn: Drawn,
  { point = generalPoint(declared), ...options }: EvaluateOptions,
  use: (prepared: Prepared) => T,
): T {
  const { method, trains } = declared.subject
  const other = trains === 'student' ? 'teacher' : 'student'
  const block = blockOf(declared, drawn, options)
  const alive: Tensor[] = []
  const tensors = (views: readonly View[], kind: View['kind']): Named =>
    Object.fromEntries(
      views.flatMap(({ kind: own, name, data, shape }) => {
        if (own !== kind) return []
        const tensor = tf.tensor(data, [...shape], 'float32')
        alive.push(tensor)
        return [[name, tensor]]
      }),
    )
  const perRow = (size: number, data: Float32Array): Tensor2D => {
    const tensor = tf.tensor2d(data, [block.rows.length, size])
    alive.push(tensor)
    return tensor
  }

  const live = [...viewsOf(point[trains], block), ...backgroundsOf(point[trains], block)]
  if (trains === 'student') live.push(...auxOf(declared, point))
  const constant = viewsOf(point[other], block)
  const fixedAux = trains === 'teacher' ? tensors(auxOf(declared, point), 'aux') : {}
  const kinds = { scores: tensors(live, 'scores'), rows: tensors(live, 'rows'), backgrounds: tensors(live, 'backgrounds'), aux: tensors(live, 'aux') } // prettier-ignore
  // A tensor without numbers has no gradient; one leaf there must be.
  const leaves: Named = { none: tf.zeros([1, 1]) }
  alive.push(leaves.none)
  for (const view of live) if (view.data.length > 0) leaves[leafName(view)] = kinds[view.kind][view.name]

  const input = {
    mask: Object.fromEntries(
      Object.entries(block.lists).map(([name, { size, items }]) => [
        name,
        perRow(
          size,
          Float32Array.from(items, (item) => (item === NO_ITEM ? 0 : 1)),
        ),
      ]),
    ),
    values: Object.fromEntries(
      Object.entries(declared.values).map(([name, { size }]) => {
        const gathered = block.rows.flatMap(({ user }) => [...drawn.values[name][user]])
        return [name, perRow(size, Float32Array.from(gathered))]
      }),
    ),
    everyone: Object.fromEntries(
      Object.entries(declared.values).map(([name, { size }]) => [name, everyone(drawn, name, size)]),
    ),
    ids: Object.fromEntries(Object.entries(block.vectors).map(([name, { ids }]) => [name, ids.slice()])),
    made: declared.made,
    params: declared.params,
    progress: progressAt(declared, drawn.epoch),
    epoch: drawn.epoch,
    epochs: declared.subject.epochs,
    rng: createRng(31).fork(drawn.epoch),
    [other]: {
      scores: tensors(constant, 'scores'),
      rows: tensors(constant, 'rows'),
      backgrounds: absent(other),
    },
  }
  const lossOf = trains === 'student' ? method.loss : (method.teacherLoss as typeof method.loss)
  const loss = (known: Named): Scalar => {
    const seen = (kind: View['kind']): Named => ({
      ...kinds[kind],
      ...Object.fromEntries(
        live.flatMap((view) =>
          view.kind === kind && leafName(view) in known ? [[view.name, known[leafName(view)]]] : [],
        ),
      ),
    })
    return lossOf({
      ...input,
      [trains]: { scores: seen('scores'), rows: seen('rows'), backgrounds: seen('backgrounds') },
      aux: { ...fixedAux, ...seen('aux') },
    } as never)
  }
  try {
    const size = partsOf(point, trains).reduce((sum, { length }) => sum + length, 0)
    return use({ live, leaves, loss, size })
  } finally {
    const gone = alive.filter((tensor) => tensor.isDisposed).length
    for (const tensor of alive) if (!tensor.isDisposed) tensor.dispose()
    if (gone > 0)
      throw new Error(`${method.name}: its loss disposed ${gone} of its inputs; they are borrowed`)
  }
}

/** Backgrounds of a model that is not in training: reading one is an error. */
function absent(model: string): Readonly<Record<string, never>> {
  return new Proxy(
    {},
    {
      get(_, name) {
        throw new Error(`${model}.backgrounds.${String(name)}: only the model in training has backgrounds`)
      },
    },
  )
}
