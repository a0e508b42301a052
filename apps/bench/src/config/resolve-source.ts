import { basename } from 'node:path'
import { InputError } from '@recdistill/core'
import { findDataset, type DataRequestInput, type Filter } from '@recdistill/data'
import type { Catalogue } from '../catalogue.ts'
import type { ProtocolConfig, SourceConfig } from './config.ts'
import { checkLayer, type Layer } from './layer.ts'
import { isGroup, mergeLayers, ofFiles } from './merge.ts'
import { layerSchema } from './schema.ts'

type Values = Record<string, unknown>

const readHere: readonly string[] = ['dataset', 'data', 'train', 'valid', 'test', ...ofFiles, 'skipEmptyIds', 'where', 'minRating', 'maxPerUser', 'kCore', 'filters', 'split', 'splitSeed', 'dataDir', 'cache', 'protocol'] // prettier-ignore

/** The part of a configuration that says which interactions and how they are measured: all a command without models needs. */
export function resolveSource(
  layers: readonly Layer[],
  catalogue: Catalogue,
): { source: SourceConfig; protocol: ProtocolConfig } {
  const schema = layerSchema({ methods: catalogue.methods, backbones: catalogue.backbones.all() })
  for (const layer of layers) {
    checkLayer(layer, schema)
    const idle = Object.keys(layer.values).filter((key) => !readHere.includes(key))
    if (idle.length > 0)
      throw new InputError(
        `${idle.map((key) => layer.speak([key])).join(', ')}: said of models, and none is trained here; expected one of ${readHere.join(', ')}`,
      )
  }
  const values = mergeLayers(layers)
  if (['dataset', 'data', 'train', 'test'].every((key) => values[key] === undefined))
    throw new InputError(
      'expected --dataset NAME, --data FILE..., or --train FILE --test FILE; see recdistill list datasets',
    )
  const source = sourceOf(values, layers)
  return { source, protocol: protocolOf(values.protocol, source) }
}

/** One group of keys as a request to `@recdistill/data`. */
export function sourceOf(values: Values, layers: readonly Layer[]): SourceConfig {
  const idle = values.dataset === undefined ? [] : ofFiles.filter((key) => values[key] !== undefined)
  if (idle.length > 0)
    throw new InputError(
      `${idle.flatMap((key) => (isGroup(values[key]) ? Object.keys(values[key]) : [key])).join(', ')}: said of files, and ${String(values.dataset)} is a data set, which says itself how it is read; leave out, or give files by --data`,
    )
  const filters = filtersOf(values)
  const common = {
    ...(values.split === undefined ? {} : { split: values.split }),
    ...(filters.length === 0 ? {} : { filters }),
  }
  const read = {
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(values.read === undefined ? {} : { read: values.read }),
  }
  const files = typeof values.data === 'string' ? [values.data] : (values.data as string[] | undefined)
  const parts = (['train', 'valid', 'test'] as const).filter((part) => values[part] !== undefined)
  const paths = files ?? parts.map((part) => String(values[part]))
  const place =
    values.dataset !== undefined
      ? { dataset: values.dataset }
      : files !== undefined
        ? { files, ...read }
        : { ...Object.fromEntries(parts.map((part) => [part, values[part]])), ...read }
  return {
    request: { ...place, ...common } as DataRequestInput,
    splitSeed: (values.splitSeed as number | undefined) ?? 0,
    dataDir: (values.dataDir as string | undefined) ?? null,
    cache: (values.cache as string | undefined) ?? null,
    name: String(values.dataset ?? values.name ?? basename(paths[0] ?? 'nothing')),
    named: namedIn(layers),
  }
}

/** Where each file of interactions was named, in words the reader typed. */
function namedIn(layers: readonly Layer[]): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  for (const { values, speak } of layers)
    for (const key of ['data', 'train', 'valid', 'test'])
      for (const file of [values[key] ?? []].flat()) named.set(String(file), speak([key]))
  return named
}

/** `where`, `skipEmptyIds`, `minRating`, `maxPerUser` and `kCore` are short for the filters most often used. */
function filtersOf({
  filters = [],
  where = {},
  skipEmptyIds,
  minRating,
  maxPerUser,
  kCore,
}: Values): Filter[] {
  const out = [...(filters as Filter[])]
  if (skipEmptyIds === true) out.unshift({ filter: 'ids' })
  const chosen = Object.entries(where as Record<string, string | string[]>)
  out.unshift(
    ...chosen.map(([column, values]) => ({ filter: 'where', column, values: [values].flat() }) as const),
  )
  if (minRating !== undefined) out.push({ filter: 'rating', min: Number(minRating) })
  if (maxPerUser !== undefined) out.push({ filter: 'heavy-users', most: Number(maxPerUser) })
  if (isGroup(kCore)) out.push({ filter: 'k-core', users: Number(kCore.users), items: Number(kCore.items) })
  else if (kCore !== undefined) out.push({ filter: 'k-core', users: Number(kCore), items: Number(kCore) })
  return out
}

/** What is divided as in the RCE-KD experiments is measured as there; everything else strictly. */
export function protocolOf(given: unknown, { request }: SourceConfig): ProtocolConfig {
  const rules = (given ?? {}) as Values
  const split = request.split ?? ('dataset' in request ? findDataset(request.dataset).defaultSplit : null)
  return {
    ...rules,
    name: typeof rules.name === 'string' ? rules.name : split === 'rce-kd' ? 'rce-kd' : 'strict',
  }
}
