import { InputError } from '@recdistill/core'

export function prefixed<T>(prefix: string, arrays: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]))
}

export function unprefixed<T = Float32Array>(
  prefix: string,
  arrays: Readonly<Record<string, unknown>>,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), array as T]] : [],
    ),
  )
}

/** @throws InputError when the array that a method needs is not there, or of another length: the method is another than was saved. */
export function savedArray(
  method: string,
  arrays: Readonly<Record<string, ArrayLike<number>>>,
  name: string,
  length: number,
): ArrayLike<number> {
  const saved = arrays[name] as ArrayLike<number> | undefined
  if (saved?.length === length) return saved
  throw new InputError(
    `${method}: the checkpoint has ${saved ? `${saved.length} numbers` : 'nothing'} for ${name}, the method needs ${length}; it has changed since, so use another folder or delete the file`,
  )
}
