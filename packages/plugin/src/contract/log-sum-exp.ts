/** Minus infinity of nothing. */
export function logSumExp(values: readonly number[]): number {
  if (values.length === 0) return -Infinity
  const most = Math.max(...values)
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0))
}
