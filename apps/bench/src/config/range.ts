import type { Range } from '@recdistill/compress'

/** `0.001..0.02`: two numbers, the smaller first. */
const rangePattern = /^\s*(-?[\d.]+(?:e[+-]?\d+)?)\s*\.\.\s*(-?[\d.]+(?:e[+-]?\d+)?)\s*$/i

/** What a setting may be, as people write it: values to choose from, or a range as text. */
export type WrittenRange = readonly (number | string | boolean | null)[] | string

/** A range is drawn from evenly by its logarithm where both ends are above 0. Null where the text is none. */
export function readRange(written: WrittenRange): Range | null {
  if (typeof written !== 'string') return { choice: written }
  const [low, high] = (rangePattern.exec(written) ?? []).slice(1).map(Number)
  if (!(low < high)) return null
  return { low, high, scale: low > 0 ? 'log' : 'linear' }
}

export function writeRange(range: Range): WrittenRange {
  return 'choice' in range ? range.choice : `${range.low}..${range.high}`
}
