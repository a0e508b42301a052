const units = ['B', 'KiB', 'MiB', 'GiB']

/** 1234567 as `1.18 MiB`. */
export function bytesInWords(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${digits(bytes / 1024 ** power)} ${units[power]}`
}

/** Milliseconds as they are read best: `31 µs`, `1.2 ms`. */
export function timeInWords(milliseconds: number): string {
  return milliseconds < 1 ? `${digits(milliseconds * 1000)} µs` : `${digits(milliseconds)} ms`
}

/** Three digits that count, and no more. */
export function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en')
}

export const count = (value: number): string => value.toLocaleString('en')
