import colours from 'picocolors'
import { html, type Markup } from './html/markup.ts'
import { table } from './html/table.ts'
import { escapeMarkdown, tableMarkdown } from './markdown.ts'
import { printable, textTable } from './terminal-look.ts'

/** A small table of finished texts, the same in every output. The first column names the row. */
export interface Sheet {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly notes: readonly string[]
}

export function sheetText({ title, head, rows, notes }: Sheet, { color = false } = {}): string {
  const { bold, dim } = colours.createColors(color)
  const lines = textTable(
    head.map((name) => bold(printable(name))),
    rows.map((row) => row.map(printable)),
  )
  return [bold(printable(title)), lines, ...notes.map((note) => dim(printable(note)))].join('\n')
}

export function sheetMarkdown({ title, ...sheet }: Sheet): string {
  return tableMarkdown(`## ${escapeMarkdown(title)}`, sheet)
}

export function sheetHtml(id: string, { title, head, rows, notes }: Sheet): Markup {
  return html`<section id="${id}">
    <h2>${title}</h2>
    ${notes.map((note) => html`<p class="soft">${note}</p>`)}
    ${table(
      head,
      rows.map(
        ([name, ...cells]) =>
          html`<tr>
            <th scope="row">${name}</th>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      ),
    )}
  </section>`
}
