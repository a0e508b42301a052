/** Probability that each position is among `size` drawn one after the other in proportion to `weights` (for tests: 2^n sets). */
export function exactInclusion(weights: readonly number[], size: number): number[] {
  const n = weights.length
  const reached = new Float64Array(2 ** n)
  const inclusion = new Array<number>(n).fill(0)
  reached[0] = 1
  for (let set = 0; set < reached.length; set++) {
    const drawn = weights.filter((_, t) => set & (1 << t)).length
    if (drawn === size) for (let t = 0; t < n; t++) inclusion[t] += set & (1 << t) ? reached[set] : 0
    if (drawn >= size) continue
    const left = weights.reduce((sum, weight, t) => (set & (1 << t) ? sum : sum + weight), 0)
    for (let t = 0; t < n; t++)
      if (!(set & (1 << t))) reached[set | (1 << t)] += (reached[set] * weights[t]) / left
  }
  return inclusion
}
