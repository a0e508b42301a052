import type { Progress, Settings } from './progress.ts'

/** Whether there are more epochs now than when a checkpoint was made. */
export function areMore(saved: Settings, now: Settings): boolean {
  return Number(now['epochs']) > Number(saved['epochs'])
}

/**
 * Why training that a checkpoint holds cannot go on to more epochs as if it had been started with them; null where it can. Without
 * a schedule nothing depends on how many there are, so all that was done stays as it is.
 */
export function whyNotMore({
  settings,
  progress,
}: {
  readonly settings: Settings
  readonly progress: Progress
}): string | null {
  const { epochs, validateEvery, method } = settings as {
    readonly epochs: number
    readonly validateEvery: number
    readonly method: { readonly name: string } | null
  }
  if (progress.readsEpochs)
    return `${method?.name} asks how many epochs there are, so what it learned is of ${epochs}`
  if (progress.finished === 'epochs' && epochs % validateEvery !== 0)
    return `epoch ${epochs} was validated for being the last, which validateEvery ${validateEvery} does not ask for`
  return null
}
