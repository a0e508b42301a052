import { NO_ITEM, type Rng } from '@recdistill/core'
import type { DrawnUsers } from '@recdistill/engine'
import { expectWritten, type ValueSpec } from '@recdistill/plugin'
import type { Row } from '@recdistill/samplers'
import { drawByLaw, fillByLaw } from './draw-by-law.ts'
import type { LawSources } from './law-items.ts'
import { epochsOf, type StoredList, type UserLists } from './user-lists.ts'

/** A list or value that is due. */
export interface DrawJob {
  readonly name: string
  /** In words, for errors. */
  readonly what: string
  /** By its program, for one user. */
  forUser(user: number, row: Row): void
  /** For many users at once, where it has a law; returns those it leaves to the program. */
  readonly byLaw: ((users: Omit<DrawnUsers, 'key'>) => Uint32Array) | null
  /** Where items are drawn into; null for numbers. */
  readonly items: Uint32Array | null
}

/** What jobs draw with; `laws` is null where the engine knows none. */
interface DrawSetting {
  readonly lists: UserLists
  readonly laws: LawSources | null
  readonly rng: Rng
}

/** `step` is null for what is drawn before the epoch. */
interface DrawTime {
  readonly epoch: number
  readonly step: number | null
}

export function drawJob(
  name: string,
  { spec, items, size }: StoredList,
  { lists, laws, rng: root }: DrawSetting,
  time: DrawTime,
): DrawJob {
  const rng = streamOf(root.fork('list').fork(name), time)
  const { offsets } = lists.world.train
  const width = size * epochsOf(spec)
  const rowOf = (user: number) =>
    spec.per === 'pair'
      ? items.subarray(offsets[user] * width, offsets[user + 1] * width)
      : items.subarray(user * size, (user + 1) * size)
  const law = spec.per === 'pair' ? undefined : spec.law
  return {
    name,
    what: `list "${name}", of size ${size}`,
    forUser(user, row) {
      const out = rowOf(user).fill(NO_ITEM)
      expectWritten('draw', spec.draw(row, out, rng.at(user)), out)
    },
    byLaw:
      law && laws ? (users) => drawByLaw(law, { data: items, size }, { ...users, key: rng.key }, laws) : null,
    items,
  }
}

export function fillJob(
  name: string,
  { size, carried, fill, law }: ValueSpec,
  { lists, laws, rng: root }: DrawSetting,
  time: DrawTime,
): DrawJob {
  const rng = streamOf(root.fork('value').fork(name), time)
  const data = lists.value(name)
  const clear = (first: number, count: number) => {
    if (!carried) data.fill(0, first * size, (first + count) * size)
  }
  return {
    name,
    what: `value "${name}", of size ${size}`,
    forUser(user, row) {
      clear(user, 1)
      const out = lists.rowOfValue(name, user)
      expectWritten('fill', fill(row, out, rng.at(user)), out)
    },
    byLaw:
      law && laws
        ? ({ first, count, ids }) => {
            if (ids) for (const user of ids) clear(user, 1)
            else clear(first, count)
            return fillByLaw(
              law,
              { data, size },
              { first, count, ...(ids ? { ids } : {}), key: rng.key },
              laws,
            )
          }
        : null,
    items: null,
  }
}

function streamOf(rng: Rng, { epoch, step }: DrawTime): Rng {
  const ofEpoch = rng.fork(epoch)
  return step === null ? ofEpoch : ofEpoch.fork('step').fork(step)
}
