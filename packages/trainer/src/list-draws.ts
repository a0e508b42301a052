import { InputError } from '@recdistill/core'
import { isDue, type Refresh } from '@recdistill/samplers'
import type { LawSources } from './law-items.ts'
import { drawJob, fillJob, type DrawJob } from './draw-jobs.ts'
import { inMethod } from './in-method.ts'
import { MovingRow } from './moving-row.ts'
import { usersPerRound } from './ranked-blocks.ts'
import type { ListModels, UserLists } from './user-lists.ts'

/** Draws a method's lists and values when they are due. */
export interface ListDraws {
  /** Draws what is due before `epoch`: carried values, then each list in the order of its declaration, then the other values. */
  refresh(epoch: number): void
  /** Draws, for the users of one batch, the lists and values that are drawn anew for every batch. */
  drawBatch(users: Uint32Array, epoch: number, step: number): void
}

/** The one place where the student's ranking feeds its own lists. */
export function listDraws(lists: UserLists, models: ListModels): ListDraws {
  const { numUsers, numItems, train } = lists.world
  /** The list that is being drawn: what it holds of users whose turn is yet to come is of the last draw. */
  let unfinished: Uint32Array | null = null
  /** What is due and not drawn yet for the users whose turn it is, which nothing can read. */
  const waiting = { lists: new Set<string>(), values: new Set<string>() }
  const row = new MovingRow(models, {
    list(name, user) {
      if (waiting.lists.has(name))
        throw new InputError(`list "${name}" is not drawn yet; declare it before what reads it`)
      return lists.rowOfList(name, user)
    },
    value(name, user) {
      if (waiting.values.has(name))
        throw new InputError(
          `value "${name}" is not filled yet; carried ones are filled before the lists, others after them`,
        )
      return lists.rowOfValue(name, user)
    },
    wholeList(items) {
      const list = lists.wholeList(items)
      return list?.items === unfinished ? null : list
    },
  })
  const { engine } = models
  const laws: LawSources | null = engine.draws
    ? {
        engine,
        draws: engine.draws,
        train,
        numItems,
        teacher: row.teacher,
        student: row.student,
        list: (name) => lists.list(name),
        value: (name) => lists.value(name),
      }
    : null
  const declared = Object.entries(lists.values)
  const dueLists = (isNow: (refresh: Refresh) => boolean) =>
    lists.drawn.filter(([, { spec }]) => isNow(spec.refresh))
  const dueValues = (isNow: (refresh: Refresh) => boolean) =>
    declared.filter(([, { refresh }]) => isNow(refresh))
  const setting = { lists, laws, rng: models.rng }

  return {
    refresh(epoch) {
      const isNow = (refresh: Refresh) => isDue(refresh, epoch)
      const drawn = dueLists(isNow)
      const values = dueValues(isNow)
      if (drawn.length + values.length === 0) return
      const at = { epoch, step: null }
      const fill = (carried: boolean) =>
        values
          .filter(([, spec]) => (spec.carried ?? false) === carried)
          .map(([name, spec]) => fillJob(name, spec, setting, at))
      const jobs = [
        ...fill(true),
        ...drawn.map(([name, list]) => drawJob(name, list, setting, at)),
        ...fill(false),
      ]
      // programs of pairs, which draw for many epochs at once, may look at all items: the lists of a user share what they found
      const perRound = drawn.some(([, { spec }]) => spec.per === 'pair') ? 1 : usersPerRound
      for (const [name] of dueLists(isOfBatch)) waiting.lists.add(name)
      for (const [name] of dueValues(isOfBatch)) waiting.values.add(name)
      row.beginRound(epoch, perRound)
      for (let first = 0; first < numUsers; first += perRound)
        inTurn(jobs, (job) => {
          row.beginJob()
          unfinished = job.items
          const count = Math.min(perRound, numUsers - first)
          const left = job.byLaw?.({ first, count }) ?? null
          drawFor(job, left?.length ?? count, left ? (n) => left[n] : (n) => first + n)
        })
      unfinished = null
      for (const names of [waiting.lists, waiting.values]) names.clear()
      for (const [, list] of drawn) list.teacher = null
      row.endRound()
    },
    drawBatch(users, epoch, step) {
      const at = { epoch, step }
      const jobs = [
        ...dueLists(isOfBatch).map(([name, list]) => drawJob(name, list, setting, at)),
        ...dueValues(isOfBatch).map(([name, spec]) => fillJob(name, spec, setting, at)),
      ]
      if (jobs.length === 0) return
      const forBatch = row.forBatch(epoch)
      inTurn(jobs, (job) => {
        const left = job.byLaw?.({ first: 0, count: numUsers, ids: users }) ?? users
        drawFor(job, left.length, (n) => left[n], forBatch)
      })
    },
  }

  function inTurn(jobs: readonly DrawJob[], run: (job: DrawJob) => void): void {
    for (const job of jobs) waitingFor(job).add(job.name)
    for (const job of jobs) {
      run(job)
      waitingFor(job).delete(job.name)
    }
  }

  function waitingFor({ items }: DrawJob): Set<string> {
    return items ? waiting.lists : waiting.values
  }

  /** For `count` users, one after the other; what a job throws names the user whose turn it was. */
  function drawFor(
    job: DrawJob,
    count: number,
    userAt: (n: number) => number,
    seenBy: Parameters<DrawJob['forUser']>[1] = row,
  ): void {
    let user = 0
    inMethod(
      lists.method,
      () => `${job.what}, of user ${user}`,
      () => {
        for (let n = 0; n < count; n++) {
          user = userAt(n)
          row.moveTo(user)
          job.forUser(user, seenBy)
        }
      },
    )
  }
}

function isOfBatch(refresh: Refresh): boolean {
  return refresh === 'batch'
}
