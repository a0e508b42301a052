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

/**
 * A size that somebody chose may be more than any array has: their mistake, and said as one.
 * @throws InputError in the method's name.
 */
export function newArray<A>(method: string, what: string, length: number, make: (length: number) => A): A {
  try {
    return make(length)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InputError(
      `${method}: ${what} would have ${length} numbers, more than memory holds; ask for fewer of them`,
    )
  }
}
