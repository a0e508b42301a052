import { loadBest, saveBest, type SavedBest } from './checkpoint.ts'
import type { Settings } from './progress.ts'

type Best = SavedBest['best']
type Parameters = Readonly<Record<string, Float32Array>>

/** The parameters of the best epoch: copied in memory when it happens, written when a checkpoint is. */
export class BestModel {
  readonly #path: string | null
  readonly #settings: Settings
  #best: Best | null = null
  #parameters: Parameters | null = null
  #written = false

  constructor(path: string | null, settings: Settings) {
    this.#path = path
    this.#settings = settings
  }

  keep(best: Best, parameters: Parameters): void {
    this.#best = best
    this.#parameters = Object.fromEntries(
      Object.entries(parameters).map(([name, values]) => [name, Float32Array.from(values)]),
    )
    this.#written = false
  }

  /**
   * Takes up the file that belongs to a resumed run whose best is `best`. A file with a newer one was written just before the
   * run was killed: that epoch will be run again and found best again, so until then nothing needs to be held.
   */
  resume(best: Best): void {
    if (this.#path === null) return
    const file = loadBest(this.#path)
    if (file.best.epoch !== best.epoch) return
    this.#best = best
    this.#parameters = file.parameters
    // made for fewer epochs, it is written again
    this.#written = JSON.stringify(file.settings) === JSON.stringify(this.#settings)
  }

  write(): void {
    if (this.#path === null || this.#best === null || this.#parameters === null || this.#written) return
    saveBest(this.#path, this.#settings, this.#best, this.#parameters)
    this.#written = true
  }

  get parameters(): Parameters | null {
    return this.#parameters
  }
}
