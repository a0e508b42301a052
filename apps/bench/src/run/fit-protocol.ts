import type { EvalProtocol, Split } from '@recdistill/core'
import type { Catalogue } from '../catalogue.ts'
import type { ProtocolConfig } from '../config/config.ts'

/** A protocol for the data at hand. */
export interface FittingProtocol {
  readonly config: ProtocolConfig
  readonly protocol: EvalProtocol
  /** What it no longer measures and why, in a sentence; null where nothing had to change. */
  readonly lowered: string | null
}

/**
 * The protocol without its own cut-offs that are beyond the catalogue, chosen by the longest left where its own is among those. What a
 * person wrote stays, and a catalogue shorter than every cut-off changes nothing: both are refused where it is checked.
 */
export function fitProtocol(
  config: ProtocolConfig,
  { catalogue, split: { numItems } }: { catalogue: Catalogue; split: Pick<Split, 'numItems'> },
): FittingProtocol {
  const protocol = catalogue.protocol(config)
  const ks = protocol.ks.filter((k) => k <= numItems)
  if (config.ks !== undefined || protocol.candidates.kind !== 'catalogue' || ks.length === 0)
    return { config, protocol, lowered: null }
  if (ks.length === protocol.ks.length) return { config, protocol, lowered: null }
  const [metric, cutOff] = protocol.select.split('@')
  const select = ks.includes(Number(cutOff)) ? protocol.select : `${metric}@${Math.max(...ks)}`
  const fitting = { select, ...config, ks }
  const left = protocol.ks.filter((k) => k > numItems).join(', ')
  return {
    config: fitting,
    protocol: catalogue.protocol(fitting),
    lowered: `protocol ${protocol.name}: no lists of ${left}, as there are ${numItems} items; measured at ${ks.join(', ')}, models chosen by ${select}`,
  }
}
