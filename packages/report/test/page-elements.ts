import { parse, type DefaultTreeAdapterTypes, type ParserError } from 'parse5'
import { expect } from 'vitest'

type Node = DefaultTreeAdapterTypes.ChildNode
export type Element = DefaultTreeAdapterTypes.Element

/** All elements of a page, after a strict parse: a parse error fails the test. */
export function elementsOf(page: string): Element[] {
  const errors: ParserError[] = []
  const tree = parse(page, { onParseError: (error) => errors.push(error) })
  expect(errors.map(({ code, startLine, startCol }) => `${code} at ${startLine}:${startCol}`)).toEqual([])
  const found: Element[] = []
  const walk = (nodes: readonly Node[]) => {
    for (const node of nodes) {
      if (!('tagName' in node)) continue
      found.push(node)
      walk(node.childNodes)
    }
  }
  walk(tree.childNodes)
  return found
}

export const attribute = (element: Element, name: string) =>
  element.attrs.find((one) => one.name === name)?.value
export const textOf = (element: Element): string =>
  element.childNodes
    .map((node) => ('tagName' in node ? textOf(node) : 'value' in node ? node.value : ''))
    .join('')
    .replace(/\s+/g, ' ')
export const named = (elements: readonly Element[], tag: string) =>
  elements.filter((element) => element.tagName === tag)
export const within = (element: Element, tag: string): Element[] =>
  element.childNodes.flatMap((node) =>
    'tagName' in node ? [...(node.tagName === tag ? [node] : []), ...within(node, tag)] : [],
  )
export const section = (elements: readonly Element[], id: string) =>
  elements.find((one) => attribute(one, 'id') === id)
export const rowsOf = (element: Element) =>
  within(element, 'tr').map((row) =>
    row.childNodes.flatMap((cell) => ('tagName' in cell ? [textOf(cell).trim()] : [])),
  )
