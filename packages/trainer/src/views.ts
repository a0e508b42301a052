import { InputError } from '@recdistill/core'
import type { Tensor } from '@recdistill/tensor'
import type { LeafKind } from './leaf-kinds.ts'

/** Everything of one kind or another that a loss may read of a model, by name, made when first read. */
export function viewsOf(
  method: string,
  kinds: Readonly<Record<string, LeafKind>>,
  make: (kind: string, name: string) => Tensor,
): Record<string, Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, { names }]) => [
      kind,
      lazily(method, kind === 'scores' ? 'list' : kind, names, (name) => make(kind, name)),
    ]),
  )
}

/** An object whose entries are made when first read; reading a name that was not declared is an error. */
export function lazily<T>(
  method: string,
  kind: string,
  names: readonly string[],
  make: (name: string) => T,
): Record<string, T> {
  const made = new Map<string, T>()
  return new Proxy({} as Record<string, T>, {
    get(_, name) {
      const known = String(name)
      if (!names.includes(known))
        throw new InputError(
          `${method}: its loss reads ${kind} "${known}"; declared are ${names.join(', ') || 'none'}`,
        )
      let value = made.get(known)
      if (value === undefined) made.set(known, (value = make(known)))
      return value
    },
    ownKeys: () => [...names],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  })
}
