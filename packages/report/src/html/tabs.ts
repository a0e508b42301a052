import { html, type Markup } from './markup.ts'

export interface Tab {
  readonly name: string
  readonly panel: Markup
}

/** Panels to choose from with radio buttons: no script, and the keyboard works. `id` must be unique in the page. */
export function tabs(id: string, choices: readonly Tab[], chosen = 0): Markup {
  return html`<div class="tabs" role="group" aria-label="choose what is shown">
    ${choices.map(
      ({ name, panel }, n) =>
        html`<input type="radio" name="${id}" id="${id}-${n}" ${n === chosen && asChecked} /><label
            for="${id}-${n}"
            >${name}</label
          >
          <div class="panel">${panel}</div>`,
    )}
  </div>`
}

const asChecked = html` checked`
