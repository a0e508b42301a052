/** Something with a name to stand beside it. */
export interface Anchor {
  readonly x: number
  readonly y: number
  /** About how wide the name is. */
  readonly width: number
  /** Where its dot is, if it has one: names of others keep off it. */
  readonly dot?: number
}

/** From the middle of a dot to that of a name which does not touch it. */
const clearOfDot = 12

/**
 * Heights at which names stand clear of each other and of each other's dots: near their anchors, moved apart where they would overlap,
 * inside `top` and `bottom` as long as there is room.
 */
export function spreadLabels(
  anchors: readonly Anchor[],
  { top, bottom, gap = 14 }: { readonly top: number; readonly bottom: number; readonly gap?: number },
): number[] {
  const order = [...anchors.keys()].sort((a, b) => anchors[a].y - anchors[b].y || a - b)
  const heights = anchors.map((anchor) => anchor.y)
  const overlap = (a: number, b: number) =>
    anchors[a].x < anchors[b].x + anchors[b].width && anchors[b].x < anchors[a].x + anchors[a].width
  const covers = (label: number, x: number) =>
    x > anchors[label].x - 6 && x < anchors[label].x + anchors[label].width + 6
  const settle = (sequence: readonly number[], direction: 1 | -1, limit: number) => {
    sequence.forEach((label, n) => {
      let height = direction > 0 ? Math.max(heights[label], limit) : Math.min(heights[label], limit)
      const placed = sequence.slice(0, n).filter((other) => overlap(label, other))
      const dots = anchors.flatMap(({ y, dot }, other) =>
        other !== label && dot !== undefined && covers(label, dot) ? [y] : [],
      )
      for (let moved = true; moved;) {
        const start = height
        for (const other of placed) {
          const clear = heights[other] + direction * gap
          height = direction > 0 ? Math.max(height, clear) : Math.min(height, clear)
        }
        for (const y of dots) if (Math.abs(height - y) < clearOfDot) height = y + direction * clearOfDot
        moved = height !== start
      }
      heights[label] = height
    })
  }
  settle(order, 1, top)
  // What was pushed below the bottom pushes the others back up.
  if (order.some((label) => heights[label] > bottom)) settle([...order].reverse(), -1, bottom)
  return heights
}
