const markup: unique symbol = Symbol('markup')

/** Text that is HTML already. Everything else is escaped when it enters a template. */
export interface Markup {
  readonly [markup]: string
}
type Part = Markup | string | number | null | undefined | false | readonly Part[]

/**
 * HTML with every value escaped: `` html`<td title="${name}">${name}</td>` ``. Markup, and lists of it, enter as they
 * are; null, undefined and false are nothing. Attributes must stand in double quotes.
 */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return asMarkup(fixed.reduce((text, piece, n) => text + toText(parts[n - 1]) + piece))
}

/** HTML that this package wrote without a template. Never text from outside. */
export function asMarkup(text: string): Markup {
  return { [markup]: text }
}

export function toText(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part))
  if (isList(part)) return part.map(toText).join('')
  return part[markup]
}

function isList(part: Markup | readonly Part[]): part is readonly Part[] {
  return Array.isArray(part)
}

function escape(text: string): string {
  // Control characters other than tab and line ends are no HTML, escaped or not.
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
