import { createRng, NO_ITEM, type Rng } from '@recdistill/core'
import { drawLaw, fillLaw, isDue, type Refresh } from '@recdistill/samplers'
import type { ValueSpec } from '../declarations.ts'
import { expectWritten } from '../expect-written.ts'
import { nobody, rowOf, type Watch } from './draw-row.ts'
import { isDrawn, type Drawn, type DrawnSpec } from './drawn.ts'
import { numUsers, type Pair } from './scene.ts'
import type { Declared } from './subject.ts'

export interface DrawOptions {
  /** The order in which users are drawn for. */
  readonly order?: readonly number[]
  /** Goes on from here instead of from the start. */
  readonly from?: Drawn
  /** Draws what a law is named for by that law instead. */
  readonly byLaw?: boolean
  /** Told of whatever a program is given to read, and when the program is done. */
  readonly watch?: Watch
}

/** Draws as a trainer does, epoch after epoch while the student moves; one state an epoch. */
export function drawEpochs(
  declared: Declared,
  {
    order = declared.scene.seen.map((_, user) => user),
    from,
    byLaw = false,
    watch = nobody,
  }: DrawOptions = {},
): Drawn[] {
  const rng = createRng(1)
  const state = from ? copyOf(from) : blank(declared)
  const drawn: Drawn[] = []
  for (let epoch = from ? from.epoch + 1 : 0; epoch < declared.subject.epochs; epoch++) {
    drawDue(declared, state, { epoch, order, rng, byLaw, watch, due: (refresh) => isDue(refresh, epoch) })
    drawDue(declared, state, { epoch, order, rng, byLaw, watch, due: (refresh) => refresh === 'batch' })
    drawn.push(copyOf({ ...state, epoch }))
  }
  return drawn
}

/** Draws as before the first epoch. */
export function drawFirst(declared: Declared): Drawn {
  return drawEpochs({ ...declared, subject: { ...declared.subject, epochs: 1 } })[0]
}

interface Round {
  readonly epoch: number
  readonly order: readonly number[]
  readonly rng: Rng
  readonly byLaw: boolean
  readonly watch: Watch
  readonly due: (refresh: Refresh) => boolean
}

function drawDue(
  declared: Declared,
  state: Omit<Drawn, 'epoch'>,
  { epoch, order, rng, byLaw, watch, due }: Round,
): void {
  const lists = Object.entries(declared.lists).flatMap(([name, spec]) =>
    isDrawn(spec) && due(spec.refresh) ? [{ name, spec }] : [],
  )
  const values = Object.entries(declared.values).filter(([, { refresh }]) => due(refresh))
  const forBatch = due('batch')
  for (const user of order) {
    const done = new Set<string>()
    const waits = new Set([...lists.map(({ name }) => name), ...values.map(([name]) => name)])
    const row = rowOf(declared, state, { user, epoch, forBatch, watch, isReady: (name) => done.has(name) || !waits.has(name) }) // prettier-ignore
    const fill = ([name, spec]: [string, ValueSpec]) => {
      const out = state.values[name][user]
      if (!spec.carried) out.fill(0)
      if (byLaw && spec.law) fillLaw(spec.law, row, out)
      else expectWritten('fill', spec.fill(row, out, rng.fork('value').fork(name).fork(epoch).at(user)), out)
      watch.done()
      done.add(name)
    }
    values.filter(([, { carried }]) => carried).forEach(fill)
    for (const { name, spec } of lists) {
      const law = spec.per === 'pair' ? undefined : spec.law
      const draw: DrawnSpec['draw'] = byLaw && law ? (...args) => drawLaw(law, ...args) : spec.draw
      const out = state.lists[name][user].fill(NO_ITEM)
      expectWritten('draw', draw(row, out, rng.fork('list').fork(name).fork(epoch).at(user)), out)
      watch.done()
      done.add(name)
    }
    values.filter(([, { carried }]) => !carried).forEach(fill)
  }
}

function blank({ lists, values, scene: { seen } }: Declared): Omit<Drawn, 'epoch'> {
  return {
    lists: Object.fromEntries(
      Object.entries(lists).flatMap(([name, spec]) =>
        isDrawn(spec)
          ? [[name, seen.map(({ length }) => new Uint32Array(placesOf(spec, length)).fill(NO_ITEM))]]
          : [],
      ),
    ),
    values: Object.fromEntries(
      Object.entries(values).map(([name, { size }]) => [name, seen.map(() => new Float32Array(size))]),
    ),
  }
}

function placesOf(spec: DrawnSpec, pairs: number): number {
  return spec.per === 'pair' ? spec.refresh.epochs * pairs * spec.size : spec.size
}

/** The items of a drawn list in a row of a batch. [size] */
export function itemsAt(
  { lists, scene }: Declared,
  drawn: Drawn,
  name: string,
  { user, place }: Pair,
): Uint32Array {
  const spec = lists[name] as DrawnSpec
  const items = drawn.lists[name][user]
  if (spec.per !== 'pair') return items
  const start = ((drawn.epoch % spec.refresh.epochs) * scene.seen[user].length + place) * spec.size
  return items.subarray(start, start + spec.size)
}

/** The same numbers for all users. [users, size] */
export function everyone(drawn: Drawn, name: string, size: number): Float32Array {
  const all = new Float32Array(numUsers * size)
  drawn.values[name].forEach((values, user) => all.set(values, user * size))
  return all
}

function copyOf<State extends Omit<Drawn, 'epoch'>>(state: State): State {
  const copy = <A extends Uint32Array | Float32Array>(named: Readonly<Record<string, readonly A[]>>) =>
    Object.fromEntries(
      Object.entries(named).map(([name, rows]) => [name, rows.map((row) => row.slice() as A)]),
    )
  return { ...state, lists: copy(state.lists), values: copy(state.values) }
}
