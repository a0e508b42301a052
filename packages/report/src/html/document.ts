import { createHash } from 'node:crypto'
import { downloadScript } from './embedded-result.ts'
import { asMarkup, html, toText, type Markup } from './markup.ts'
import { styles } from './styles.ts'

export interface DocumentParts {
  readonly title: string
  /** Of the program. */
  readonly version: string
  /** Stands below the title. */
  readonly about: Markup
  /** Tiles and notices. */
  readonly top: readonly (Markup | null)[]
  /** Each a `<section id="..."><h2>...</h2>`: the page links to them. */
  readonly sections: readonly Markup[]
  /** The result inside the page, as `embeddedJson` makes it. */
  readonly data: Markup
}

/** One self-contained page: it loads nothing, and its content security policy forbids that it could. */
export function document({ title, version, about, top, sections, data }: DocumentParts): Markup {
  const links = sections.flatMap((section) => {
    const [, id, name] = /<section id="([^"]+)">\s*<h2>([^<]+)<\/h2>/.exec(toText(section)) ?? []
    return id ? [html`<a href="#${id}">${asMarkup(name)}</a>`] : []
  })
  const hash = createHash('sha256').update(downloadScript).digest('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`
  // Not in the template: the policy's hash is over these exact bytes.
  const script = asMarkup(`<script>${downloadScript}</script>`)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="recdistill ${version}" />
        <title>${title}</title>
        <style>
          ${asMarkup(styles)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="soft">${about}</p>
          <nav aria-label="sections">${links}</nav>
        </header>
        <main>${top} ${sections}</main>
        <footer>
          <button type="button" id="download">Download the raw result (JSON)</button>
          <p>
            Made by recdistill ${version}. This file is complete in itself and loads nothing from the network.
          </p>
        </footer>
        ${data} ${script}
      </body>
    </html> `
}

export function notices(warnings: readonly string[]): Markup | null {
  if (warnings.length === 0) return null
  return html`<div class="notice" role="note">
    <b>Read with care</b>
    <ul>
      ${warnings.map((warning) => html`<li>${warning}</li>`)}
    </ul>
  </div>`
}

/** `2026-11-22T01:02:03Z` as people read it; anything else as it came. */
export function moment(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d+)?)?Z$/, '$1 $2 UTC')
}
