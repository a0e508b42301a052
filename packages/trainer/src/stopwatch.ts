type Seconds = { lists: number; steps: number; evaluate: number }

/** Wall-clock seconds by what they were spent on. Kept apart from results: nothing is decided by them. */
export class Stopwatch {
  #seconds: Seconds = { lists: 0, steps: 0, evaluate: 0 }

  time<T>(part: keyof Seconds, work: () => T): T {
    const start = performance.now()
    try {
      return work()
    } finally {
      this.#seconds[part] += (performance.now() - start) / 1000
    }
  }

  add(other: Stopwatch): void {
    const { lists, steps, evaluate } = other.take()
    this.#seconds.lists += lists
    this.#seconds.steps += steps
    this.#seconds.evaluate += evaluate
  }

  take(): Seconds {
    return { ...this.#seconds }
  }
}
