import type { Csr, Rng } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import type { Backbone, Model, OptimizerOptions } from '@recdistill/plugin'
import type { TrainBatch } from './batches.ts'

/** The distillation term of one run: draws its lists, and adds its gradient to the student step by step. */
export interface KdTerm {
  /** Draws what is due. Call before the epoch's first step. */
  beginEpoch(epoch: number): void
  /** Adds `lambda` times the gradient for this batch; returns the loss, before lambda, and the number of rows it sums over. */
  step(batch: TrainBatch, at: StepPlace): { loss: number; rows: number }
  /** One optimiser step of the method's auxiliary numbers. */
  update(): void
  /** Whether a loss has asked how many epochs there are, or which share of them is done. */
  readsEpochs(): boolean
  state(): Record<string, Uint32Array | Float32Array>
  restore(arrays: Readonly<Record<string, ArrayLike<number>>>): void
  dispose(): void
}

export interface StepPlace {
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly steps: number
}

/** What a term is made of. */
export interface KdSetting {
  readonly params: Readonly<Record<string, unknown>>
  readonly lambda: number
  readonly student: Backbone
  readonly teacher: Model
  readonly trajectories: readonly (readonly Model[])[]
  /** The teacher itself where it is trained as well. */
  readonly learningTeacher: Backbone | null
  readonly train: Csr
  readonly optimizer: OptimizerOptions
  readonly engine: Engine
  readonly rng: Rng
}
