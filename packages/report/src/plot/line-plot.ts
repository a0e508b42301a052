import { line } from 'd3-shape'
import { html, type Markup } from '../html/markup.ts'
import type { Look } from '../html/model-colours.ts'
import { at, frame, type Axis, type Frame } from './frame.ts'
import { spreadLabels } from './spread-labels.ts'

export interface Curve extends Look {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
  /** Thin and without a name: a further seed of the same model. */
  readonly minor: boolean
  /** Marked with a dot, e.g. the epoch that was kept. */
  readonly mark: number | null
}

/** A reference height, named at its right end. */
export interface Level extends Look {
  readonly name: string
  readonly value: number
}

const size = { width: 760, height: 340, right: 130 }

/** Curves as an accessible SVG. Null when there is nothing to draw. */
export function linePlot(
  title: string,
  curves: readonly Curve[],
  levels: readonly Level[],
  axes: { readonly x: Axis; readonly y: Axis },
): Markup | null {
  const drawn = curves.filter((curve) => curve.points.length > 0)
  if (drawn.length === 0) return null
  const points = drawn.flatMap((curve) => curve.points)
  const plane = frame(
    points.map(([x]) => x),
    [...points.map(([, y]) => y), ...levels.map((level) => level.value)],
    axes.x,
    axes.y,
    size,
  )
  const path = line<readonly [number, number]>(
    ([x]) => plane.x(x),
    ([, y]) => plane.y(y),
  ).digits(1)
  const names = [
    ...levels.map((level) => ({ ...level, x: plane.right, y: plane.y(level.value) })),
    ...drawn
      .filter((curve) => !curve.minor)
      .map((curve) => {
        const [x, y] = curve.points[curve.points.length - 1]
        return { ...curve, x: plane.right, y: plane.y(y), from: plane.x(x) }
      }),
  ]
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">
    <title>${title}</title>
    ${plane.axes}
    ${levels.map(
      (level) =>
        html`<line
          class="level"
          style="--own:${level.colour}"
          x1="${plane.left}"
          x2="${plane.right}"
          y1="${at(plane.y(level.value))}"
          y2="${at(plane.y(level.value))}"
        />`,
    )}
    ${drawn.map(
      (curve) =>
        html`<path
            class="${curve.minor ? 'curve other-seed' : 'curve'}"
            style="--own:${curve.colour}"
            stroke-dasharray="${curve.dash ?? 'none'}"
            d="${path(curve.points) ?? ''}"
            ><title>${curve.name}</title></path
          >
          ${dots(curve, plane, axes)}`,
    )}
    ${rightNames(names, plane)}
  </svg>`
}

function dots(curve: Curve, plane: Frame, axes: { readonly x: Axis; readonly y: Axis }): Markup[] {
  const marked = curve.points.filter(([x]) => x === curve.mark || curve.points.length === 1)
  return marked.map(
    ([x, y]) =>
      html`<circle
        class="dot"
        style="--own:${curve.colour}"
        r="${curve.minor ? 3 : 4.5}"
        cx="${at(plane.x(x))}"
        cy="${at(plane.y(y))}"
        ><title>${curve.name}: ${axes.y.format(y)} at ${axes.x.label} ${axes.x.format(x)}</title></circle
      >`,
  )
}

function rightNames(
  names: readonly {
    readonly name: string
    readonly colour: string
    readonly y: number
    readonly from?: number
  }[],
  plane: Frame,
): Markup[] {
  const x = plane.right + 10
  const heights = spreadLabels(
    names.map(({ y }) => ({ x, y, width: 100 })),
    { top: plane.top, bottom: plane.bottom },
  )
  return names.map(({ name, colour, y, from }, n) => {
    const start = from ?? plane.right
    const led = plane.right - start > 12 || Math.abs(heights[n] - y) > 5
    return html`${
        led &&
        html`<line
          class="lead"
          x1="${at(start + 4)}"
          y1="${at(y)}"
          x2="${at(x - 3)}"
          y2="${at(heights[n])}"
        />`
      }<text class="name" style="--own:${colour}" x="${at(x)}" y="${at(heights[n] + 4)}"
        >${shortened(name)}</text
      >`
  })
}

/** Names are cut to the room they have; tables show them whole. */
export function shortened(name: string): string {
  return name.length > 18 ? `${name.slice(0, 17)}…` : name
}
