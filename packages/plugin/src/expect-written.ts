import { InputError, NO_ITEM } from '@recdistill/core'

/**
 * A program writes; one that gives what it found, or a promise to write later, would leave an empty list in silence.
 * @param result What it gave, whatever its type says: a method in JavaScript has none.
 * @param out What it was to write into.
 * @throws InputError
 */
export function expectWritten(
  program: 'draw' | 'fill',
  result: unknown,
  out: Uint32Array | Float32Array,
): void {
  if (typeof result !== 'object' || result === null) return
  if (result instanceof Promise) {
    result.catch(() => undefined) // what it fails of later is no matter any more
    throw new InputError(
      `${program} gives a promise; it has to be done when it returns, so it cannot be async`,
    )
  }
  const { length = 0, buffer } = result as { readonly length?: number; readonly buffer?: unknown }
  if (length === 0 || buffer === out.buffer) return // it had nothing to write, or gives what it wrote into
  const blank = program === 'draw' ? NO_ITEM : 0
  if (out.every((each) => each === blank))
    throw new InputError(
      `${program} gives a list and writes nothing; write into its second argument: out.set(list)`,
    )
}
