import { scaleLinear, scaleLog } from 'd3-scale'
import { html, type Markup } from '../html/markup.ts'

export interface Axis {
  readonly label: string
  /** `log2` for bytes, whose round numbers are powers of 2. */
  readonly kind: 'linear' | 'log10' | 'log2'
  /** Whole numbers alone, e.g. epochs: there are no ticks between them. */
  readonly whole?: boolean
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
  const xTicks = apart(ticksOf(xScale, xAxis, Math.max(3, Math.round((right - left) / 90))), xScale, 54)
  const yTicks = apart(ticksOf(yScale, yAxis, 6), yScale, 18)
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

type Scale = ReturnType<typeof scale>

function scale(values: readonly number[], kind: Axis['kind'], range: [number, number]) {
  const low = Math.min(...values)
  const high = Math.max(...values)
  if (kind === 'linear') {
    const room = low === high ? Math.abs(low) * 0.1 || 1 : 0
    return scaleLinear([low - room, high + room], range).nice()
  }
  const room = low === high ? 2 : (high / low) ** 0.08
  return scaleLog([low / room, high * room], range)
}

/** Round numbers; on a log axis 1, 2, 5 of each decade or powers of 2, and where that is one or none, plain steps. */
function ticksOf(of: Scale, { kind, whole = false }: Axis, about: number): number[] {
  const [low, high] = of.domain()
  if (kind === 'linear') return of.ticks(about).filter((tick) => !whole || Number.isInteger(tick))
  const base = kind === 'log2' ? 2 : 10
  const from = Math.floor(Math.log(low) / Math.log(base))
  const powers = Array.from(
    { length: Math.ceil(Math.log(high / low) / Math.log(base)) + 2 },
    (_, n) => base ** (from + n),
  )
  const round = kind === 'log2' ? powers : powers.flatMap((power) => [power, 2 * power, 5 * power])
  const inside = round.filter((tick) => tick >= low && tick <= high)
  return inside.length > 1 ? inside : scaleLinear([low, high], [0, 1]).ticks(3)
}

/** Ticks whose labels would touch the one before are left out. */
function apart(ticks: readonly number[], of: Scale, room: number): number[] {
  const kept: number[] = []
  for (const tick of ticks)
    if (kept.length === 0 || Math.abs(of(tick) - of(kept[kept.length - 1])) >= room) kept.push(tick)
  return kept
}
