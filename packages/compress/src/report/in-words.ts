import { asMetric, asMicroseconds, asPercent } from '@recdistill/report'
import type { Trial } from '../space.ts'
import type { Estimate } from '../trial.ts'

/** `0.1526 (0.1471 to 0.1580)` */
export function estimate(value: Estimate | null, format: (value: number) => string = asMetric): string {
  if (value === null) return '–'
  if (!Number.isFinite(value.low) || !Number.isFinite(value.high)) return format(value.value)
  return `${format(value.value)} (${format(value.low)} to ${format(value.high)})`
}

export function time(value: Estimate | null): string {
  return estimate(value, asMicroseconds)
}

export function share(value: Estimate | null): string {
  return estimate(value, asPercent)
}

/** `lr 0.005, lambda 500, K 50` */
export function settings({ values }: Trial): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')
}
