import { createRng, NO_ITEM } from '@recdistill/core'
import type { RowsSpec } from '../declarations.ts'
import { rowsOver } from '../method.ts'
import { itemsAt } from './draw.ts'
import { isDrawn, type Drawn } from './drawn.ts'
import { negativesPerRow, type Pair } from './scene.ts'
import type { Declared } from './subject.ts'

/** Rows of a loss with the ids of everything it sees: lists, vectors, backgrounds. */
export interface Block {
  readonly rows: readonly Pair[]
  readonly lists: Readonly<Record<string, { readonly size: number; readonly items: Uint32Array }>> // [rows, size]
  readonly vectors: Readonly<Record<string, { readonly of: 'users' | 'items'; readonly ids: Uint32Array }>>
  /** Items of each row. */
  readonly backgrounds: Readonly<
    Record<string, { readonly clamp: number; readonly items: readonly (readonly number[])[] }>
  >
}

export interface BlockOptions {
  readonly batch: readonly Pair[]
  /** Rows of the loss, when they are not those of the batch. */
  readonly rows?: readonly Pair[]
  /** Places of padding added behind every list that is drawn. */
  readonly pad?: number
}

/** Training pairs to try a loss with; with users who have seen nothing only where no pair is asked for. */
export function batchOf({ scene, lists, rows }: Declared): readonly Pair[] {
  const asksPairs =
    Object.keys(rows).length > 0 ||
    Object.values(lists).some((spec) => 'pair' in spec || (isDrawn(spec) && spec.per === 'pair'))
  return asksPairs ? scene.pairs.filter(({ place }) => place >= 0) : scene.pairs
}

/** One row a training pair, or one for each user of the batch. */
export function rowsOf({ subject, params }: Declared, batch: readonly Pair[]): readonly Pair[] {
  if (rowsOver(subject.method, params) === 'pairs') return batch
  return batch.filter(({ user }, n) => batch.findIndex((other) => other.user === user) === n)
}

export function blockOf(
  declared: Declared,
  drawn: Drawn,
  { batch, rows = rowsOf(declared, batch), pad = 0 }: BlockOptions,
): Block {
  const { scene } = declared
  const lists = Object.fromEntries(
    Object.entries(declared.lists).map(([name, spec]) => {
      const of = (size: number, itemsIn: (pair: Pair) => ArrayLike<number>) => {
        const items = new Uint32Array(rows.length * size).fill(NO_ITEM)
        rows.forEach((pair, row) => items.set(itemsIn(pair), row * size))
        return [name, { size, items }] as const
      }
      if (isDrawn(spec)) return of(spec.size + pad, (pair) => itemsAt(declared, drawn, name, pair))
      if ('pair' in spec)
        return spec.pair === 'positive'
          ? of(1, ({ positive }) => [positive])
          : of(negativesPerRow, ({ negatives }) => negatives)
      return of(scene.world.numItems, () => Uint32Array.from({ length: scene.world.numItems }, (_, i) => i))
    }),
  )
  return {
    rows,
    lists,
    vectors: Object.fromEntries(
      Object.entries(declared.rows).map(([name, spec]) => [
        name,
        { of: sideOf(spec), ids: idsOf(spec, { declared, batch, rows, lists, name }) },
      ]),
    ),
    backgrounds: Object.fromEntries(
      Object.entries(declared.backgrounds).map(([name, { without, clamp = Infinity }]) => [
        name,
        {
          clamp,
          items: rows.map(({ user }, row) => {
            const left = new Set(scene.seen[user])
            for (const list of without) {
              const { size, items } = lists[list]
              for (const item of items.subarray(row * size, (row + 1) * size)) left.add(item)
            }
            return Array.from({ length: scene.world.numItems }, (_, item) => item).filter((i) => !left.has(i))
          }),
        },
      ]),
    ),
  }
}

function sideOf(spec: RowsSpec): 'users' | 'items' {
  if (typeof spec === 'object') return spec.of
  return spec === 'users' ? 'users' : 'items'
}

interface Known {
  readonly declared: Declared
  readonly batch: readonly Pair[]
  readonly rows: readonly Pair[]
  readonly lists: Block['lists']
  readonly name: string
}

function idsOf(spec: RowsSpec, { declared, batch, rows, lists, name }: Known): Uint32Array {
  const positives = () => batch.map(({ positive }) => positive)
  const negatives = () => batch.flatMap(({ negatives }) => negatives)
  switch (spec) {
    case 'users':
      return ascending(batch.map(({ user }) => user))
    case 'positives':
      return ascending(positives())
    case 'negatives':
      return ascending(negatives())
    case 'items':
      return ascending([...positives(), ...negatives()])
  }
  if ('per' in spec) return Uint32Array.from(rows, ({ user }) => user)
  if ('list' in spec) return lists[spec.list].items
  const { numUsers, numItems } = declared.scene.world
  const all = Uint32Array.from({ length: spec.of === 'users' ? numUsers : numItems }, (_, id) => id)
  if ('all' in spec) return all
  createRng(23).fork(name).shuffle(all)
  return all.slice(0, spec.random).sort()
}

function ascending(ids: readonly number[]): Uint32Array {
  return Uint32Array.from(new Set(ids))
    .filter((id) => id !== NO_ITEM)
    .sort()
}
