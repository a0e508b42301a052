import { InputError } from '@recdistill/core'

/** What infinities are: a defect, or meant (a score matrix may hold -Infinity where an item may not be recommended). */
export type Infinite = 'refuse' | 'keep'

/** @throws InputError naming the row and column (from 0) of the first NaN, or infinity unless those are kept. */
export function expectFinite(
  values: Float32Array,
  columns: number,
  { path, firstRow = 0, infinite = 'refuse' }: { path: string; firstRow?: number; infinite?: Infinite },
): Float32Array {
  for (let n = 0; n < values.length; n++) {
    const value = values[n]
    if (value - value === 0 || (infinite === 'keep' && value === value)) continue
    const place = `row ${firstRow + Math.floor(n / columns)}, column ${n % columns} (from 0)`
    throw new InputError(
      `${path}: ${place} is ${value}${Number.isNaN(value) ? '' : ' in single precision'}; expected finite numbers: mend or drop that row where the file is made`,
    )
  }
  return values
}
