import { scaleLinear, scaleLog } from 'd3-scale'
import { html, type Markup } from '../html/markup.ts'

export interface Axis {
  readonly label: string
  readonly kind: 'linear' | 'log'
  readonly format: (value: number) => string
}
export interface Size {
  readonly width: number
  readonly height: number
  /** Room for names right of the last points. */
  readonly right: number
}

/** The plane of a plot: where numbers go, and its axes drawn. Values must be finite, on a log axis above 0. */
export interface Frame {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly axes: Markup
}

export function frame(
  xs: readonly number[],
  ys: readonly number[],
  xAxis: Axis,
  yAxis: Axis,
  { width, height, right: room }: Size,
): Frame {
  const [left, right, top, bottom] = [58, width - room, 26, height - 42]
  const xScale = scale(xs, xAxis.kind, [left, right])
  const yScale = scale(ys, yAxis.kind, [bottom, top])
  const xTicks = fewer(xScale.ticks(Math.max(3, Math.round((right - left) / 90))), 9)
  const yTicks = fewer(yScale.ticks(6), 9)
  const axes = html`<g>
    ${yTicks.map(
      (tick) =>
        html`<line
            class="grid"
            x1="${left}"
            x2="${right}"
            y1="${at(yScale(tick))}"
            y2="${at(yScale(tick))}"
          /><text x="${left - 8}" y="${at(yScale(tick) + 4)}" text-anchor="end">${yAxis.format(tick)}</text>`,
    )}
    <line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" />
    ${xTicks.map(
      (tick) =>
        html`<line
            class="axis"
            x1="${at(xScale(tick))}"
            x2="${at(xScale(tick))}"
            y1="${bottom}"
            y2="${bottom + 5}"
          /><text x="${at(xScale(tick))}" y="${bottom + 19}" text-anchor="middle"
            >${xAxis.format(tick)}</text
          >`,
    )}
    <text x="${at((left + right) / 2)}" y="${height - 4}" text-anchor="middle">${xAxis.label}</text>
    <text x="${left - 50}" y="12">${yAxis.label}</text>
  </g>`
  return { x: xScale, y: yScale, left, right, top, bottom, axes }
}

/** Coordinates to a tenth of a unit: the file stays small and nothing moves that an eye could see. */
export function at(coordinate: number): string {
  return String(Math.round(coordinate * 10) / 10)
}

function scale(values: readonly number[], kind: Axis['kind'], range: [number, number]) {
  const low = Math.min(...values)
  const high = Math.max(...values)
  if (kind === 'log') {
    const room = low === high ? 2 : (high / low) ** 0.08
    return scaleLog([low / room, high * room], range)
  }
  const room = low === high ? Math.abs(low) * 0.1 || 1 : 0
  return scaleLinear([low - room, high + room], range).nice()
}

/** Every second, third, ... tick where there are too many, as on log axes. */
function fewer(ticks: readonly number[], most: number): number[] {
  const step = Math.ceil(ticks.length / most)
  return ticks.filter((_, n) => n % step === 0)
}
