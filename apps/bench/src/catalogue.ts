import { backbones } from '@recdistill/backbones'
import type { EvalProtocol } from '@recdistill/core'
import { listDatasets } from '@recdistill/data'
import { loadMethod, loadMethods } from '@recdistill/methods'
import { metrics, protocols, resolveProtocol } from '@recdistill/metrics'
import type { AnyMethod } from '@recdistill/plugin'
import type { ProtocolConfig } from './config/config.ts'
import { presets } from './config/presets.ts'
import { layerSchema } from './config/schema.ts'
import { expectFreeName } from './expect-free-name.ts'
import { createBackbones, type Backbones } from './own-backbones.ts'

/** One of several to choose from: its name, one line about it, and what it takes. */
export interface Entry {
  readonly name: string
  readonly about: string
  readonly [detail: string]: unknown
}

/** What there is to choose from: the only place that knows which packages bring it. */
export interface Catalogue {
  readonly methods: readonly AnyMethod[]
  readonly backbones: Backbones
  readonly datasets: readonly Entry[]
  readonly metrics: readonly Entry[]
  readonly protocols: readonly Entry[]
  readonly presets: readonly Entry[]
  /** A built-in name, a file (`./my-method.js`) or a package. @throws InputError naming the nearest. */
  method(reference: string): Promise<AnyMethod>
  protocol(config: ProtocolConfig): EvalProtocol
}

export async function loadCatalogue(): Promise<Catalogue> {
  const methods = await loadMethods()
  const names = methods.map(({ name }) => name)
  const notOfMethods = new Set([...reserved, ...backbones.map(({ name }) => name)])
  return {
    methods,
    backbones: createBackbones(new Set([...reserved, ...names])),
    datasets: listDatasets().map(({ name, about, citation, licence, home, splits, defaultSplit }) => ({
      name,
      about,
      citation,
      licence,
      home,
      splits: Object.entries(splits).map(([split, { about: rule }]) => ({ name: split, about: rule })),
      defaultSplit,
    })),
    metrics: Object.values(metrics).map(({ of: _of, title, formula, ...rest }) => ({
      about: `${title}: ${formula}`,
      ...rest,
    })),
    protocols: Object.values(protocols).map((protocol) => ({ about: aboutProtocol(protocol), ...protocol })),
    presets: Object.entries(presets).map(([name, preset]) => ({ name, ...preset })),
    async method(reference) {
      const own = methods.find(({ name }) => name === reference)
      if (own) return own
      const method = await loadMethod(reference)
      expectFreeName(method.name, { kind: 'method', reference, taken: names, reserved: notOfMethods })
      return method
    },
    protocol: ({ name, ...rules }) => resolveProtocol(name, rules),
  }
}

/** Keys of the configuration, and names in the folder and the tables of a run. */
const reserved = [
  ...Object.keys(layerSchema({ methods: [], backbones: [] }).shape),
  'scratch',
  'ensemble',
  'columns',
  'rankings',
]

function aboutProtocol({ mask, users, coldItems, candidates, ks }: EvalProtocol): string {
  const masked = mask.test.length === 0 ? 'nothing' : mask.test.join(' and ')
  const among =
    candidates.kind === 'catalogue' ? 'the whole catalogue' : `${candidates.negatives} sampled items`
  const whom = users === 'all' ? 'all users' : 'users with truth'
  const cold = coldItems === 'apart' ? ', cold items apart' : ''
  return `${masked} masked, ranks ${among}, mean over ${whom}${cold}, at ${ks.join(', ')}`
}
