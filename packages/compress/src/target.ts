import { InputError } from '@recdistill/core'

/** What a compression is after. All three are judged on validation data. */
export type Target =
  /** The best student whose tables take no more bytes. */
  | { readonly goal: 'budget'; readonly bytes: number }
  /** The best student that ranks the catalogue for one user in no more time. */
  | { readonly goal: 'latency'; readonly microseconds: number }
  /** The smallest student that keeps this share of the teacher's quality. */
  | { readonly goal: 'keep'; readonly share: number }

/**
 * One of the three as people write it: `5MB`, `512KiB` or bytes; `2ms`, `500us`; `0.98` or `98%`.
 * @throws InputError when none or more than one is given, or it cannot be read.
 */
export function readTarget(given: {
  readonly budget?: string
  readonly latency?: string
  readonly keep?: string
}): Target {
  const { budget, latency, keep } = given
  const named = (['budget', 'latency', 'keep'] as const).filter((name) => given[name] !== undefined)
  if (named.length !== 1)
    throw new InputError(
      `expected one of --budget 5MB, --latency 2ms, --keep 0.98; got ${named.length === 0 ? 'none' : named.map((name) => `--${name}`).join(' and ')}`,
    )
  if (budget !== undefined)
    return { goal: 'budget', bytes: Math.floor(quantity('--budget', budget, byteUnits, '5MB or 512KiB')) }
  if (latency !== undefined)
    return { goal: 'latency', microseconds: quantity('--latency', latency, timeUnits, '2ms or 500us') }
  return { goal: 'keep', share: shareOf(String(keep)) }
}

export function targetInWords(target: Target): string {
  switch (target.goal) {
    case 'budget':
      return `the best student of at most ${target.bytes.toLocaleString('en-US')} bytes`
    case 'latency':
      return `the best student that ranks the catalogue for a user in at most ${target.microseconds.toLocaleString('en-US')} µs`
    case 'keep':
      return `the smallest student that keeps ${percent(target.share)} of the teacher's quality`
  }
}

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}
const timeUnits: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1e3, s: 1e6 }

function quantity(
  flag: string,
  text: string,
  units: Readonly<Record<string, number>>,
  example: string,
): number {
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-zµ]*)\s*$/i.exec(text) ?? []
  const value = Number(number) * (units[unit.toLowerCase()] ?? NaN)
  if (number === '' || !(value > 0) || !Number.isFinite(value))
    throw new InputError(`${flag}: expected an amount such as ${example}, got "${text}"`)
  return value
}

function shareOf(text: string): number {
  const [, number = '', sign] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)\s*$/.exec(text) ?? []
  const share = Number(number) / (sign === '%' ? 100 : 1)
  if (number === '' || !(share > 0) || !(share <= 2))
    throw new InputError(
      `--keep: expected a share of the teacher's quality such as 0.98 or 98%, got "${text}"`,
    )
  return share
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}
