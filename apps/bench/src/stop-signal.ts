import type { Io } from './io.ts'

/** Set by the first Ctrl-C; the second ends the process at once. */
export interface StopSignal {
  readonly stop: boolean
  /** Stops listening. */
  forget(): void
}

export function stopSignal(io: Io, onStop: () => void): StopSignal {
  const signal = { stop: false, forget: () => undefined as void }
  signal.forget = io.onInterrupt(() => {
    if (signal.stop) process.exit(130)
    signal.stop = true
    onStop()
  })
  return signal
}
