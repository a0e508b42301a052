import { InputError } from '@recdistill/core'
import { precisions } from './precisions.ts'
import type { Target } from './target.ts'
import { tableBytes } from './trial.ts'

/**
 * Lengths of an embedding worth trying: 4, 8, 16, ... up to the teacher's; for a budget those that fit in some precision, and the
 * largest that fits in each.
 * @throws InputError when nothing fits.
 */
export function sizesFor(
  target: Target,
  { rows, largest }: { readonly rows: number; readonly largest: number },
): readonly number[] {
  const powers = Array.from({ length: 16 }, (_, n) => 4 * 2 ** n).filter((dim) => dim <= largest)
  const usual = powers.length === 0 ? [largest] : powers
  if (target.goal !== 'budget') return usual
  const smallest = Math.min(...precisions.map((precision) => tableBytes(rows, 1, precision)))
  if (smallest > target.bytes)
    throw new InputError(
      `--budget: ${target.bytes.toLocaleString('en-US')} bytes are less than the smallest student takes: ${rows.toLocaleString('en-US')} users and items of one number each are ${smallest.toLocaleString('en-US')} bytes`,
    )
  const full = precisions.map((precision) => Math.min(largest, largestIn(target.bytes, rows, precision)))
  const fitting = usual.filter((dim) => tableBytes(rows, dim, 'int8') <= target.bytes)
  return [...new Set([...fitting, ...full])].filter((dim) => dim >= 1).sort((a, b) => a - b)
}

/** Even where it can be: kernels take numbers in twos. */
function largestIn(bytes: number, rows: number, precision: (typeof precisions)[number]): number {
  const perRow = Math.floor(bytes / rows)
  const dim = precision === 'int8' ? perRow - 4 : Math.floor(perRow / (precision === 'f16' ? 2 : 4))
  return dim > 2 ? dim - (dim % 2) : dim
}
