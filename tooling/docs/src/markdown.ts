export interface CodeBlock {
  /** All that follows the opening fence, e.g. `ts run`. */
  readonly info: string
  /** Line of the first line of code, from 1. */
  readonly line: number
  readonly code: string
}

export interface Link {
  readonly target: string
  readonly line: number
}

/** Fenced code blocks in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { fence: string; info: string; line: number; code: string[] } | null = null
  markdown.split('\n').forEach((text, at) => {
    const fence = /^\s*(`{3,}|~{3,})\s*(.*)$/.exec(text)
    if (open === null) {
      if (fence) open = { fence: fence[1], info: fence[2].trim(), line: at + 2, code: [] }
    } else if (fence && fence[2] === '' && fence[1].startsWith(open.fence)) {
      blocks.push({ info: open.info, line: open.line, code: open.code.join('\n') })
      open = null
    } else {
      open.code.push(text)
    }
  })
  return blocks
}

/** Inline links, images and reference definitions outside of code. */
export function links(markdown: string): Link[] {
  return withoutCode(markdown).flatMap((text, at) => {
    const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)]
    const defined = [...text.matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/g)]
    return [...inline, ...defined].map((match) => ({ target: match[1], line: at + 1 }))
  })
}

/** What `#...` can point to: headings the way GitHub names them, and explicit anchors. */
export function anchors(markdown: string): Set<string> {
  const found = new Set<string>()
  for (const text of withoutCode(markdown, { inline: false })) {
    for (const match of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) found.add(match[1])
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text)
    if (!heading) continue
    const slug = heading[1]
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let name = slug
    for (let copy = 1; found.has(name); copy++) name = `${slug}-${copy}`
    found.add(name)
  }
  return found
}

/** Lines with code blanked, so that line numbers stay. */
function withoutCode(markdown: string, { inline = true }: { inline?: boolean } = {}): string[] {
  const lines = markdown.split('\n')
  for (const block of codeBlocks(markdown)) {
    const height = block.code.split('\n').length
    lines.fill('', block.line - 1, block.line - 1 + height)
  }
  return inline ? lines.map((text) => text.replace(/`[^`]*`/g, '')) : lines
}
