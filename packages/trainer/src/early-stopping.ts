/**
 * Keeps the best validation and says when to stop: after `patience` validations without a strict improvement, of which those of the
 * first `warmUp` epochs do not count.
 */
export class EarlyStopping {
  best: { readonly epoch: number; readonly value: number } | null = null
  /** Validations that counted, since the best one. */
  waited = 0
  readonly patience: number
  readonly warmUp: number

  constructor(patience: number, warmUp = 0) {
    this.patience = patience
    this.warmUp = warmUp
  }

  /** Returns whether this validation is the best so far. */
  record(epoch: number, value: number): boolean {
    const better = this.best === null || value > this.best.value
    if (better) {
      this.best = { epoch, value }
      this.waited = 0
    } else if (epoch >= this.warmUp) this.waited++
    return better
  }

  get over(): boolean {
    return this.waited >= this.patience
  }
}
