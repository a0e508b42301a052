import { InputError, unknownName, type EvalProtocol } from '@recdistill/core'
import { checkProtocol } from './check-protocol.ts'
import { bd } from './bd.ts'
import { hetcomp } from './hetcomp.ts'
import { loo499 } from './loo-499.ts'
import { looFull } from './loo-full.ts'
import { rceKd } from './rce-kd.ts'
import { strict } from './strict.ts'
import { unkd } from './unkd.ts'

/** Named ways to measure. A number without its protocol cannot be compared with anything. */
export const protocols: Readonly<Record<string, EvalProtocol>> = {
  [rceKd.name]: rceKd,
  [strict.name]: strict,
  [loo499.name]: loo499,
  [looFull.name]: looFull,
  [bd.name]: bd,
  [hetcomp.name]: hetcomp,
  [unkd.name]: unkd,
}

/**
 * The protocol called `name`, with some of its rules changed. Changed cut-offs and `select` keep the name; another
 * change of rules is added to it (`strict+users=all`), so that a table cannot claim the preset.
 *
 * @throws InputError for an unknown name (with the nearest), an unknown rule, or rules that contradict each other.
 */
export function resolveProtocol(
  name: string,
  overrides: { readonly [Rule in keyof EvalProtocol]?: EvalProtocol[Rule] } = {},
): EvalProtocol {
  if (!Object.hasOwn(protocols, name))
    throw new InputError(unknownName('protocol', name, Object.keys(protocols), 'there are'))
  const preset = protocols[name]
  const given: Record<string, unknown> = {}
  for (const [rule, value] of Object.entries(overrides)) {
    if (value === undefined) continue
    if (!Object.hasOwn(preset, rule))
      throw new InputError(`protocol ${name}: ${unknownName('rule', rule, Object.keys(preset))}`)
    given[rule] = value
  }
  const merged = checkProtocol({ ...preset, ...given } as EvalProtocol)
  const changed = namedRules.filter((rule) => JSON.stringify(merged[rule]) !== JSON.stringify(preset[rule]))
  if (changed.includes('mask') && merged.candidates.kind === 'sampled')
    throw new InputError(
      `protocol ${name}: mask has no effect on sampled candidates, which are unobserved in every part; leave it out, or rank the catalogue`,
    )
  const suffix = changed.map((rule) => `+${rule}=${spelled(merged, rule)}`).join('')
  return { ...merged, name: given.name === undefined ? name + suffix : merged.name }
}

/** Rules that change what a number means; a changed one is part of the name. */
const namedRules = ['mask', 'users', 'coldItems', 'candidates', 'bdLegacyMetrics'] as const

function spelled(protocol: EvalProtocol, rule: (typeof namedRules)[number]): string {
  switch (rule) {
    case 'mask':
      return `${protocol.mask.test.join('&') || 'none'}|${protocol.mask.valid.join('&') || 'none'}`
    case 'candidates':
      return protocol.candidates.kind === 'sampled'
        ? `sampled:${protocol.candidates.negatives}:${protocol.candidates.seed}`
        : 'catalogue'
    case 'users':
      return protocol.users
    case 'coldItems':
      return protocol.coldItems
    case 'bdLegacyMetrics':
      return String(protocol.bdLegacyMetrics)
  }
}
