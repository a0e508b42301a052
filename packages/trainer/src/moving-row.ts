import { rowOf, type Csr } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import type { Ranked, Row } from '@recdistill/samplers'
import { RankedModel, type WholeList } from './ranked-model.ts'

export interface RowModels {
  readonly teacher: Model
  readonly student: Model
  readonly train: Csr
  readonly trajectories: readonly (readonly Model[])[]
  readonly teacherMoves: boolean
}

/** How a row finds what was drawn before. */
export interface RowSource {
  list(name: string, user: number): Uint32Array
  value(name: string, user: number): Float32Array
  /** The declared list that these items are a user's part of. */
  wholeList(items: Uint32Array): WholeList | null
}

/** The row handed to list programs, moved from user to user rather than made anew. */
export class MovingRow implements Row {
  user = 0
  epoch = 0
  seen: Uint32Array = new Uint32Array(0)
  readonly numItems: number
  readonly teacher: RankedModel
  readonly student: RankedModel
  readonly trajectories: readonly (readonly RankedModel[])[]
  readonly #train: Csr
  readonly #source: RowSource
  readonly #models: readonly RankedModel[]

  constructor({ teacher, student, train, trajectories, teacherMoves }: RowModels, source: RowSource) {
    const ranked = (model: Model, frozen: boolean) =>
      new RankedModel(model, train, { frozen, wholeList: (items) => source.wholeList(items) })
    this.#train = train
    this.#source = source
    this.numItems = student.numItems
    this.teacher = ranked(teacher, !teacherMoves)
    this.student = ranked(student, false)
    this.trajectories = trajectories.map((snapshots) => snapshots.map((model) => ranked(model, true)))
    this.#models = [this.teacher, this.student, ...this.trajectories.flat()]
  }

  beginRound(epoch: number, perRound: number): void {
    this.epoch = epoch
    for (const model of this.#models) model.beginRound(perRound)
  }

  beginJob(): void {
    for (const model of this.#models) model.beginJob()
  }

  endRound(): void {
    for (const model of this.#models) model.endRound()
  }

  moveTo(user: number): void {
    this.user = user
    this.seen = rowOf(this.#train, user)
    for (const model of this.#models) model.select(user)
  }

  list(name: string): Uint32Array {
    return this.#source.list(name, this.user)
  }

  value(name: string): Float32Array {
    return this.#source.value(name, this.user)
  }

  /** For draws of a batch, which ask no model. */
  forBatch(epoch: number): Row {
    this.epoch = epoch
    const { numItems } = this
    const row = () => this
    return {
      get user() {
        return row().user
      },
      get seen() {
        return row().seen
      },
      epoch,
      numItems,
      teacher: noModel,
      student: noModel,
      trajectories: [],
      list: (name) => this.list(name),
      value: (name) => this.value(name),
    }
  }
}

function refuse(): never {
  throw new Error(
    'a list drawn for every batch asks no model; keep what it needs in a list or value that is drawn before the epoch',
  )
}

const noModel: Ranked = { top: refuse, positionOf: refuse, at: refuse, scoresOf: refuse }
