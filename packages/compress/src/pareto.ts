/** A thing with a cost to keep low and a quality to keep high. */
export interface Point {
  readonly cost: number
  readonly quality: number
}

/**
 * The front each point is on: 0 for points that no other beats (as cheap and better, or as good and cheaper), 1 for those that
 * only points of front 0 beat, and so on. Equal points share a front.
 *
 * @see Deb et al., NSGA-II, IEEE TEVC 2002, section III.A
 */
export function paretoRanks(points: readonly Point[]): readonly number[] {
  const ranks = points.map(() => -1)
  for (let rank = 0; ranks.includes(-1); rank++) {
    const left = points.map((_, n) => n).filter((n) => ranks[n] === -1)
    const front = left.filter((n) => !left.some((other) => beats(points[other], points[n])))
    // Points that are not numbers are beaten by nothing and beat nothing, so every round has a front.
    for (const n of front) ranks[n] = rank
  }
  return ranks
}

/** The points of the first front, cheapest first; of equal points the first. */
export function paretoFront<P extends Point>(points: readonly P[]): readonly P[] {
  const front = points.filter((point) => !points.some((other) => beats(other, point)))
  const distinct = front.filter(
    (point, n) => !front.slice(0, n).some((p) => p.cost === point.cost && p.quality === point.quality),
  )
  return distinct.sort((a, b) => a.cost - b.cost)
}

function beats(a: Point, b: Point): boolean {
  return a.cost <= b.cost && a.quality >= b.quality && (a.cost < b.cost || a.quality > b.quality)
}
