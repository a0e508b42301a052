/** A value as errors show it, short. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  const text = asJson(value) ?? `a ${typeof value}`
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part))
  } catch {
    return 'an object that JSON cannot hold'
  }
}
