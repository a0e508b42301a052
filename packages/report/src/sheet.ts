import Table from 'cli-table3'
import { markdownTable as layOut } from 'markdown-table'
import colours from 'picocolors'
import { html, type Markup } from './html/markup.ts'
import { escapeMarkdown } from './escape-markdown.ts'
import { borderless, printable } from './terminal-look.ts'

/** A small table of finished texts, the same in every output. The first column names the row. */
export interface Sheet {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly notes: readonly string[]
}

export function sheetText({ title, head, rows, notes }: Sheet, { color = false } = {}): string {
  const { bold, dim } = colours.createColors(color)
  const table = new Table({
    head: head.map((name) => bold(printable(name))),
    colAligns: head.map((_, n) => (n === 0 ? 'left' : 'right')),
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  table.push(...rows.map((row) => row.map(printable)))
  const lines = table.toString().replace(/[^\S\n]+$/gm, '')
  return [bold(printable(title)), lines, ...notes.map((note) => dim(printable(note)))].join('\n')
}

export function sheetMarkdown({ title, head, rows, notes }: Sheet): string {
  const cells = [head, ...rows].map((line) => line.map(escapeMarkdown))
  const table = layOut(cells, { align: head.map((_, n) => (n === 0 ? 'l' : 'r')) })
  return (
    [`## ${escapeMarkdown(title)}`, table, ...notes.map((note) => `- ${escapeMarkdown(note)}`)].join('\n\n') +
    '\n'
  )
}

export function sheetHtml(id: string, { title, head, rows, notes }: Sheet): Markup {
  return html`<section id="${id}">
    <h2>${title}</h2>
    ${notes.map((note) => html`<p class="soft">${note}</p>`)}
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${head.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([name, ...cells]) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${cells.map((cell) => html`<td>${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`
}
