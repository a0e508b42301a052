/** Where calls are too short for the clock of a browser, several are timed together. */
const LEAST_MILLISECONDS = 4

export interface Latency {
  /** Median over samples of the time of one call. */
  readonly milliseconds: number
  readonly calls: number
}

/**
 * Median time of a call. Browsers round their clock (to 0.1 ms, some to 1 ms), so a sample is as many calls as take some
 * milliseconds, and a sample's time is divided by them. Between samples the page may draw.
 *
 * @param call Is given the number of the call, so that it can ask for another user each time.
 * @param isWanted Asked between samples: false ends the measurement, which then gives null.
 */
export async function measureLatency(
  call: (n: number) => void,
  {
    samples = 21,
    now = () => performance.now(),
    breathe = () => new Promise<void>((resolve) => setTimeout(resolve)),
    isWanted = () => true,
  }: {
    samples?: number
    now?: () => number
    breathe?: () => Promise<void>
    isWanted?: () => boolean
  } = {},
): Promise<Latency | null> {
  let calls = 0
  const timed = (times: number) => {
    const since = now()
    for (let n = 0; n < times; n++) call(calls++)
    return now() - since
  }
  let times = 1
  while (timed(times) < LEAST_MILLISECONDS && times < 65_536) times *= 2
  const found: number[] = []
  while (found.length < samples) {
    await breathe()
    if (!isWanted()) return null
    found.push(timed(times) / times)
  }
  found.sort((a, b) => a - b)
  return { milliseconds: found[Math.floor(samples / 2)], calls }
}
