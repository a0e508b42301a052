import { html, type Markup } from './markup.ts'

/** The name of a column: of numbers, or of text, which stands to the left. */
export type Column = string | { readonly text: string }

/** Rows under the names of their columns, in a box that scrolls where the page is too narrow for them. */
export function table(columns: readonly Column[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${columns.map(head)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function head(column: Column): Markup {
  return typeof column === 'string'
    ? html`<th scope="col">${column}</th>`
    : html`<th scope="col" class="text">${column.text}</th>`
}
