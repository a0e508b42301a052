import type { Ranked, Refresh, Row } from '@recdistill/samplers'
import { isDrawn, type Drawn } from './drawn.ts'
import { rankedBy } from './stand-in.ts'
import type { Declared } from './subject.ts'

/** Looks at what programs read. */
export interface Watch {
  read<A extends Uint32Array | Float32Array>(what: string, values: A): A
  done(): void
}

export const nobody: Watch = { read: (_, values) => values, done() {} }

/** What a program sees of a user. */
export function rowOf(
  { scene, lists, values, trajectories }: Declared,
  state: Omit<Drawn, 'epoch'>,
  of: { user: number; epoch: number; forBatch: boolean; watch: Watch; isReady: (name: string) => boolean },
): Row {
  const { user, epoch, forBatch, watch, isReady } = of
  const seen = scene.seen[user]
  const drawnBefore = (name: string, refresh: Refresh) => isReady(name) && (forBatch || refresh !== 'batch')
  return {
    user,
    epoch,
    numItems: scene.world.numItems,
    get seen() {
      return watch.read('row.seen', seen)
    },
    teacher: forBatch
      ? forbidden('teacher')
      : watched('row.teacher', rankedBy(scene.teacher, user, seen), watch),
    student: forBatch
      ? forbidden('student')
      : watched('row.student', rankedBy(scene.students[epoch % scene.students.length], user, seen), watch),
    trajectories: forBatch
      ? []
      : trajectories.map((snapshots) =>
          snapshots.map((model) =>
            watched('a ranking of row.trajectories', rankedBy(model, user, seen), watch),
          ),
        ),
    list(name) {
      const spec = lists[name]
      if (spec === undefined) throw new Error(`there is no list "${name}"`)
      if ('pair' in spec || (isDrawn(spec) && spec.per === 'pair'))
        throw new Error(`list "${name}" belongs to a training pair, not to a user`)
      if (!isDrawn(spec)) throw new Error(`list "${name}" holds every item: nothing of it is drawn`)
      if (!drawnBefore(name, spec.refresh))
        throw new Error(`list "${name}" is not drawn yet: declare it before what reads it`)
      return watch.read(`row.list('${name}')`, state.lists[name][user])
    },
    value(name) {
      if (!(name in values)) throw new Error(`there is no value "${name}"`)
      if (!drawnBefore(name, values[name].refresh))
        throw new Error(`value "${name}" is not filled yet: carried ones come before the lists, others after`)
      return watch.read(`row.value('${name}')`, state.values[name][user])
    },
  }
}

function watched(name: string, ranked: Ranked, { read }: Watch): Ranked {
  return {
    top: (k, options) => read(`${name}.top`, ranked.top(k, options)),
    positionOf: (items, options) => read(`${name}.positionOf`, ranked.positionOf(items, options)),
    at: (positions, options) => read(`${name}.at`, ranked.at(positions, options)),
    scoresOf: (items) => read(`${name}.scoresOf`, ranked.scoresOf(items)),
  }
}

/** A draw for a batch reads no ranking. */
function forbidden(model: string): Ranked {
  const refuse = () => {
    throw new Error(`a draw for a batch asks row.${model}, whose ranking would be older than the model`)
  }
  return { top: refuse, positionOf: refuse, at: refuse, scoresOf: refuse }
}
