import type { ListSpec } from '../declarations.ts'

export type DrawnSpec = Extract<ListSpec, { readonly draw: unknown }>

export function isDrawn(spec: ListSpec): spec is DrawnSpec {
  return 'draw' in spec
}
