import { backbones } from '@recdistill/backbones'
import { InputError, type EvalProtocol } from '@recdistill/core'
import { listDatasets } from '@recdistill/data'
import { loadMethod, loadMethods } from '@recdistill/methods'
import { metrics, protocols, resolveProtocol } from '@recdistill/metrics'
import type { AnyMethod } from '@recdistill/plugin'
import type { ProtocolConfig } from './config/config.ts'
import { presets } from './config/presets.ts'
import { layerSchema } from './config/schema.ts'
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
  return {
    methods,
    backbones: createBackbones(
      (name) => reserved.has(name) || methods.some((method) => method.name === name),
    ),
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
      return (
        methods.find(({ name }) => name === reference) ??
        checked(reference, await loadMethod(reference), methods)
      )
    },
    protocol: ({ name, ...rules }) => resolveProtocol(name, rules),
  }
}

/** Keys of the configuration, and names in the folder and the tables of a run. */
const reserved = new Set([
  ...Object.keys(layerSchema({ methods: [], backbones: [] }).shape),
  'scratch',
  'ensemble',
  'columns',
  'rankings',
  ...backbones.map(({ name }) => name),
])

/** A plugin may not take a reserved name, nor that of a method whose values and published numbers are not its own. */
function checked(reference: string, method: AnyMethod, own: readonly AnyMethod[]): AnyMethod {
  if (own.some(({ name }) => name === method.name))
    throw new InputError(
      `${reference}: there is a method "${method.name}" already; give this one another name, e.g. "my-${method.name}"`,
    )
  if (reserved.has(method.name))
    throw new InputError(`${reference}: a method may not be called "${method.name}"; choose another name`)
  return method
}

function aboutProtocol({ mask, users, coldItems, candidates, ks }: EvalProtocol): string {
  const masked = mask.test.length === 0 ? 'nothing' : mask.test.join(' and ')
  const among =
    candidates.kind === 'catalogue' ? 'the whole catalogue' : `${candidates.negatives} sampled items`
  const whom = users === 'all' ? 'all users' : 'users with truth'
  const cold = coldItems === 'apart' ? ', cold items apart' : ''
  return `${masked} masked, ranks ${among}, mean over ${whom}${cold}, at ${ks.join(', ')}`
}
