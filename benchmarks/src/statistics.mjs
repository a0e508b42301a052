/** Middle value; the mean of the two middle ones when there is an even number. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2
}

/** Milliseconds per unit from answers to `run`. */
export function summarise(runs) {
  const wall = runs.map(({ seconds, per }) => (1000 * seconds) / per)
  const cpu = runs.map(({ cpu: seconds, per }) => (1000 * seconds) / per)
  return { wall: median(wall), best: Math.min(...wall), cpu: median(cpu) }
}
