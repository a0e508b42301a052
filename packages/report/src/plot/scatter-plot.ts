import { html, type Markup } from '../html/markup.ts'
import type { Look } from '../html/model-colours.ts'
import { at, frame, type Axis } from './frame.ts'
import { shortened } from './line-plot.ts'
import { spreadLabels } from './spread-labels.ts'

export interface Point extends Look {
  readonly name: string
  readonly x: number
  readonly y: number
  /** Half the length of the bar that shows the spread over seeds. */
  readonly spread: number | null
}

const size = { width: 480, height: 330, right: 24 }

/** Named points as an accessible SVG. Null when there are none. */
export function scatterPlot(
  title: string,
  points: readonly Point[],
  axes: { readonly x: Axis; readonly y: Axis },
): Markup | null {
  if (points.length === 0) return null
  const ys = points.flatMap(({ y, spread }) => [y - (spread ?? 0), y + (spread ?? 0)])
  const plane = frame(
    points.map((point) => point.x),
    ys,
    axes.x,
    axes.y,
    size,
  )
  const placed = points.map((point) => {
    const [cx, cy] = [plane.x(point.x), plane.y(point.y)]
    const name = shortened(point.name)
    const width = name.length * 7
    // Names stand right of their points, or left where the plane ends.
    const left = cx + 10 + width > size.width
    return {
      ...point,
      name,
      cx,
      cy,
      left,
      anchor: { x: left ? cx - 10 - width : cx + 10, y: cy, width, dot: cx },
    }
  })
  const heights = spreadLabels(
    placed.map((point) => point.anchor),
    { top: plane.top, bottom: plane.bottom - 8 },
  )
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">
    <title>${title}</title>
    ${plane.axes}
    ${placed.map(({ colour, cx, cy, left, spread, x, y }, n) => {
      const edge = left ? cx - 10 : cx + 10
      return html`<g style="--own:${colour}">
        ${
          spread !== null &&
          html`<line
            x1="${at(cx)}"
            x2="${at(cx)}"
            y1="${at(plane.y(y - spread))}"
            y2="${at(plane.y(y + spread))}"
            stroke="${colour}"
            stroke-width="1.5"
          />`
        }
        ${
          Math.abs(heights[n] - cy) > 5 &&
          html`<line class="lead" x1="${at(cx)}" y1="${at(cy)}" x2="${at(edge)}" y2="${at(heights[n])}" />`
        }
        <circle class="dot" r="5.5" cx="${at(cx)}" cy="${at(cy)}"
          ><title>${points[n].name}: ${axes.y.format(y)}, ${axes.x.label} ${axes.x.format(x)}</title></circle
        >
      </g>`
    })}
    ${
      // Above all bars and dots, so that none of another point crosses a name out.
      placed.map(
        ({ name, colour, cx, left }, n) =>
          html`<text
            class="name"
            style="--own:${colour}"
            x="${at(left ? cx - 10 : cx + 10)}"
            y="${at(heights[n] + 4)}"
            text-anchor="${left ? 'end' : 'start'}"
            >${name}</text
          >`,
      )
    }
  </svg>`
}
