import { markdownTable } from 'markdown-table'

/** A table below a line that is Markdown already; notes follow as a list. */
export function tableMarkdown(
  heading: string,
  {
    head,
    rows,
    notes,
  }: {
    readonly head: readonly string[]
    readonly rows: readonly (readonly string[])[]
    readonly notes: readonly string[]
  },
): string {
  const cells = [head, ...rows].map((line) => line.map(escapeMarkdown))
  const table = markdownTable(cells, { align: head.map((_, n) => (n === 0 ? 'l' : 'r')) })
  return [heading, table, ...notes.map((note) => `- ${escapeMarkdown(note)}`)].join('\n\n') + '\n'
}

/** Text that Markdown and HTML take for what it is. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]#~|]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
}
