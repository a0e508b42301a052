import type { RunResult, TriedSetting } from '@recdistill/core'
import { aggregate, type Aggregate } from './aggregate.ts'
import { asMetric, asWhole } from './numbers.ts'
import type { Sheet } from './sheet.ts'

/** What a search over settings saw for one model, the best first. */
export interface Tried {
  readonly label: string
  readonly settings: readonly TriedSetting[]
}

/** Of every model that was searched for. */
export function settingsTried({ rows }: Pick<Aggregate, 'rows'>): readonly Tried[] {
  const order = ({ valid }: TriedSetting) => valid ?? -Infinity
  return rows.flatMap(({ label, runs: [{ settingsTried: tried }] }) =>
    tried === undefined ? [] : [{ label, settings: [...tried].sort((a, b) => order(b) - order(a)) }],
  )
}

/** The cells of a setting: how good it was, after how many epochs, and what it was. */
export function triedCells({
  values,
  valid,
  epochs,
  configured = false,
}: TriedSetting): readonly [string, string, string] {
  const said = Object.entries(values).map(([key, value]) => `${key}=${String(value)}`)
  const setting = [...said, ...(configured || said.length === 0 ? ['as configured'] : [])].join(' ')
  return [valid === null ? 'failed' : asMetric(valid), asWhole(epochs), setting]
}

/** A table for each model that was searched for; none where nothing was. */
export function settingsTriedSheets(result: RunResult): readonly Sheet[] {
  return settingsTried(aggregate(result)).map(({ label, settings }) => ({
    title: `Settings tried for ${label}`,
    head: [`validation ${result.protocol.select}`, 'epochs', 'setting'],
    rows: settings.map(triedCells),
    notes: [],
  }))
}
