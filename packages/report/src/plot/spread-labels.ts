/** Something with a name to stand beside it. */
export interface Anchor {
  readonly x: number
  readonly y: number
  /** About how wide the name is. */
  readonly width: number
}

/**
 * Heights at which names stand clear of each other: near their anchors, moved apart where they would overlap, inside
 * `top` and `bottom` as long as there is room.
 */
export function spreadLabels(
  anchors: readonly Anchor[],
  { top, bottom, gap = 14 }: { readonly top: number; readonly bottom: number; readonly gap?: number },
): number[] {
  const order = [...anchors.keys()].sort((a, b) => anchors[a].y - anchors[b].y || a - b)
  const heights = anchors.map((anchor) => anchor.y)
  const overlap = (a: number, b: number) =>
    anchors[a].x < anchors[b].x + anchors[b].width && anchors[b].x < anchors[a].x + anchors[a].width
  const settle = (sequence: readonly number[], direction: 1 | -1, limit: number) => {
    sequence.forEach((label, n) => {
      let height = direction > 0 ? Math.max(heights[label], limit) : Math.min(heights[label], limit)
      for (const other of sequence.slice(0, n)) {
        if (!overlap(label, other)) continue
        const clear = heights[other] + direction * gap
        height = direction > 0 ? Math.max(height, clear) : Math.min(height, clear)
      }
      heights[label] = height
    })
  }
  settle(order, 1, top)
  // What was pushed below the bottom pushes the others back up.
  if (order.some((label) => heights[label] > bottom)) settle([...order].reverse(), -1, bottom)
  return heights
}
