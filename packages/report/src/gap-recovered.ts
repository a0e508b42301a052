/**
 * How much of what a small model loses against the teacher distillation brings back.
 *
 *     gap recovered = (distilled - scratch) / (teacher - scratch)
 *
 * 1 is all of it, above 1 is better than the teacher, below 0 is worse than without distillation. Null where the
 * teacher is not better than scratch, or one of the three is missing: the quotient would mean nothing.
 */
export function gapRecovered(
  distilled: { readonly mean: number } | undefined,
  scratch: { readonly mean: number } | undefined,
  teacher: { readonly mean: number } | undefined,
): number | null {
  if (!distilled || !scratch || !teacher || !(teacher.mean > scratch.mean)) return null
  return (distilled.mean - scratch.mean) / (teacher.mean - scratch.mean)
}
