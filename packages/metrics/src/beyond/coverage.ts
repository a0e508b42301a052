import type { Shown } from './shown.ts'

/**
 * The share of the catalogue that is recommended to anybody.
 *
 *     coverage@k = |items in somebody's first k places| / |items|
 *
 * Called aggregate diversity too. Higher is wider.
 * @see Ge, Delgado-Battenfeld and Jannach, RecSys 2010
 */
export function coverage({ counts }: Shown): number {
  let shown = 0
  for (let item = 0; item < counts.length; item++) if (counts[item] > 0) shown++
  return shown / counts.length
}
