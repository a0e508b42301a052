/** Keeps the best validation and says when to stop: after `patience` validations without a strict improvement. */
export class EarlyStopping {
  best: { readonly epoch: number; readonly value: number } | null = null
  /** Validations since the best one. */
  waited = 0
  readonly patience: number

  constructor(patience: number) {
    this.patience = patience
  }

  /** Returns whether this validation is the best so far. */
  record(epoch: number, value: number): boolean {
    const better = this.best === null || value > this.best.value
    if (better) {
      this.best = { epoch, value }
      this.waited = 0
    } else this.waited++
    return better
  }

  get over(): boolean {
    return this.waited >= this.patience
  }
}
