/** What stands where there is no number. */
export const NONE = '–'

/** Metrics have four decimals, as tables of papers do; larger values two. */
export function asMetric(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE
  return signed(value.toFixed(Math.abs(value) >= 10 ? 2 : 4))
}

/** A share as percent: 0.934 is `93 %`, shares near 0 keep a decimal. */
export function asPercent(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return NONE
  const percent = share * 100
  return `${signed(percent.toFixed(Math.abs(percent) < 9.95 && percent !== 0 ? 1 : 0))} %`
}

/** A difference as percent, with its sign. */
export function asChange(share: number): string {
  return share > 0 ? `+${asPercent(share)}` : asPercent(share)
}

export function asBytes(bytes: number): string {
  return scaled(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'])
}

/** 12,345,678 is `12.3 M`. */
export function asCount(count: number | null): string {
  return count === null ? NONE : scaled(count, 1000, ['', 'k', 'M', 'G'])
}

export function asFactor(factor: number | null): string {
  if (factor === null || !Number.isFinite(factor)) return NONE
  return `${factor.toFixed(factor < 9.95 ? 1 : 0)}×`
}

export function asSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return NONE
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${seconds.toFixed(0)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** 1250 is `1.3 ms`. */
export function asMicroseconds(microseconds: number | null): string {
  return microseconds === null ? NONE : scaled(microseconds, 1000, ['µs', 'ms', 's'])
}

/** p values below a thousandth keep their size only. */
export function asP(p: number): string {
  if (!Number.isFinite(p)) return NONE
  if (p >= 0.001) return p.toFixed(3)
  return p < 1e-12 ? '< 1e-12' : p.toExponential(1)
}

/** Numbers of any kind, such as counts in full: `5,219`. */
export function asWhole(value: number): string {
  return Number.isFinite(value) ? value.toLocaleString('en-US', { maximumFractionDigits: 1 }) : NONE
}

function scaled(value: number, step: number, units: readonly string[]): string {
  if (!Number.isFinite(value)) return NONE
  let unit = 0
  // 999.95 would be printed as 1000.0 of its unit.
  while (Math.abs(value) >= step * 0.99995 && unit + 1 < units.length) {
    value /= step
    unit++
  }
  return `${value.toFixed(unit === 0 || Math.abs(value) >= 99.95 ? 0 : 1)} ${units[unit]}`.trim()
}

/** A real minus; and nothing is minus zero. */
function signed(text: string): string {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace('-', '−')
}
