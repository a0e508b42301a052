import { asBytes, asMetric, asMicroseconds } from '../numbers.ts'
import type { Axis } from '../plot/frame.ts'
import { scatterPlot } from '../plot/scatter-plot.ts'
import { sheetHtml, type Sheet } from '../sheet.ts'
import { document, notices } from './document.ts'
import { embeddedJson } from './embedded-result.ts'
import { html, toText, type Markup } from './markup.ts'
import { tile } from './tiles.ts'

/** A number and what it is, in large type. */
export interface Tile {
  readonly value: string
  readonly text: string
}

/** Named points, quality upwards against a cost on a logarithmic scale. */
export interface ScatterSpec {
  readonly title: string
  readonly x: { readonly label: string; readonly unit: 'bytes' | 'microseconds' }
  readonly y: string
  readonly points: readonly {
    readonly name: string
    readonly x: number
    readonly y: number
    /** Half the length of the bar. */
    readonly spread: number | null
    /** `ink` and `soft` for what others are compared with; a number for one of eight colours. */
    readonly colour: 'ink' | 'soft' | number
  }[]
}

export type PageSection =
  | { readonly id: string; readonly sheet: Sheet }
  | {
      readonly id: string
      readonly title: string
      readonly notes: readonly string[]
      readonly plots: readonly ScatterSpec[]
    }

export interface SheetPage {
  readonly title: string
  readonly about: string
  /** Of the program that made it. */
  readonly version: string
  readonly tiles?: readonly Tile[]
  /** What a reader must know. */
  readonly warnings?: readonly string[]
  readonly sections: readonly PageSection[]
  /** The raw result, to download from the page. */
  readonly data: unknown
}

/** Sheets and plots as one HTML file in the look of `htmlReport`: it loads nothing, every text in it is escaped. */
export function sheetPage({
  title,
  about,
  version,
  tiles = [],
  warnings = [],
  sections,
  data,
}: SheetPage): string {
  return toText(
    document({
      title,
      version,
      about: html`${about}`,
      top: [tiles.length > 0 ? tileRow(tiles) : null, notices(warnings)],
      sections: sections.map((section) =>
        'sheet' in section ? sheetHtml(section.id, section.sheet) : plotSection(section),
      ),
      data: embeddedJson(data),
    }),
  )
}

function tileRow(tiles: readonly Tile[]): Markup {
  return html`<div class="tiles">${tiles.map(({ value, text }) => tile(value, text))}</div>`
}

function plotSection({ id, title, notes, plots }: Extract<PageSection, { plots: unknown }>): Markup {
  const figures = plots.flatMap((spec) => {
    const plot = plotOf(spec)
    return plot ? [html`<figure class="half"><div class="plot">${plot}</div></figure>`] : []
  })
  return html`<section id="${id}">
    <h2>${title}</h2>
    ${notes.map((note) => html`<p class="soft">${note}</p>`)}
    <div class="card"><div class="pair">${figures}</div></div>
  </section>`
}

function plotOf({ title, x, y, points }: ScatterSpec): Markup | null {
  const format = x.unit === 'bytes' ? asBytes : asMicroseconds
  const xAxis: Axis = { label: x.label, kind: x.unit === 'bytes' ? 'log2' : 'log10', format }
  // A logarithm needs something above 0.
  const drawn = points.filter((point) => point.x > 0 && Number.isFinite(point.x) && Number.isFinite(point.y))
  return scatterPlot(
    title,
    drawn.map(({ colour, ...point }) => ({ ...point, colour: colourOf(colour), dash: null })),
    { x: xAxis, y: { label: y, kind: 'linear', format: asMetric } },
  )
}

function colourOf(colour: 'ink' | 'soft' | number): string {
  return typeof colour === 'string' ? `var(--${colour})` : `var(--model-${colour % 8})`
}
