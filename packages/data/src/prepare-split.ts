import { InputError, show, type Interactions } from '@recdistill/core'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseDataRequest, type DataRequestInput } from './data-request.ts'
import type { DataFile, Fingerprint } from './define-dataset.ts'
import { folderOf, locateFile, type Located } from './fetch/locate.ts'
import type { DownloadOptions } from './fetch/download.ts'
import { filterInteractions } from './filter/filter-interactions.ts'
import type { FilterStep } from './filter/filter.ts'
import { planOf, type Plan } from './plan.ts'
import { readSources, type InteractionTable } from './read/read-interactions.ts'
import { examineFile, type SourceFile } from './read/source-file.ts'
import { isRandom } from './split/rule.ts'
import { loadSplit, saveSplit } from './split/split-file.ts'
import { splitInteractions, type DataSplit } from './split/split-interactions.ts'

export type DataProgress =
  | {
      readonly stage: 'download'
      readonly file: string
      readonly bytes: number
      readonly total: number | null
    }
  /** Another process downloads the file, or was killed a moment ago. */
  | { readonly stage: 'wait'; readonly file: string }
  | { readonly stage: 'read'; readonly files: readonly string[] }
  | { readonly stage: 'split'; readonly interactions: number }
  | { readonly stage: 'cached'; readonly path: string }

export interface PrepareOptions {
  /** Where downloads and finished splits are kept. */
  readonly cacheDir: string
  /** A folder with data sets already there, each in a folder of its name. */
  readonly dataDir?: string | undefined
  /** Of rules that draw. */
  readonly seed?: number
  readonly onProgress?: (progress: DataProgress) => void
  readonly download?: Pick<DownloadOptions, 'retries' | 'waitSeconds'>
}

/**
 * From a request to a split: find or fetch the files, read, filter, divide. A finished split is kept in the cache under a name made of
 * the files' checksums, the options, filters, rule and seed, so asking again reads one file.
 * @throws InputError for anything wrong with the request or the files.
 */
export async function prepareSplit(request: DataRequestInput, options: PrepareOptions): Promise<DataSplit> {
  const { cacheDir, seed = 0, onProgress } = expectOptions(options)
  const plan = planOf(parseDataRequest(request))
  const groups = await locateGroups(plan, options)
  const key = {
    format: 1,
    dataset: plan.dataset,
    source:
      plan.source.kind === 'generated'
        ? plan.source.key
        : groups.map((group) => group.map(({ source, options: read }) => ({ sha256: source.sha256, read }))),
    filters: plan.filters,
    rule: plan.rule,
    seed: isRandom(plan.rule) ? seed : null,
  }
  const id = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 16)
  const path = join(cacheDir, 'splits', `${fileName(plan.dataset)}-${id}.split`)
  const kept = loadKept(path)
  if (kept) {
    onProgress?.({ stage: 'cached', path })
    // The same bytes may have been read from another place then.
    const sources = groups.flat().map(({ source: { file, bytes, sha256 } }) => ({ file, bytes, sha256 }))
    return { ...kept, manifest: { ...kept.manifest, sources } }
  }
  const table = await readPlan(plan, groups, options)
  onProgress?.({ stage: 'split', interactions: table.users.length })
  const split = splitInteractions(table, plan.rule, { seed, dataset: plan.dataset })
  expectCounts(plan, split)
  saveSplit(path, split)
  return split
}

function expectOptions(options: PrepareOptions): PrepareOptions {
  const { cacheDir, seed = 0 } = (options as PrepareOptions | undefined) ?? {}
  if (typeof cacheDir !== 'string' || cacheDir === '')
    throw new InputError(
      `prepareSplit.cacheDir: expected a folder for downloads and finished splits, got ${show(cacheDir)}`,
    )
  if (!Number.isSafeInteger(seed))
    throw new InputError(`prepareSplit.seed: expected a whole number, got ${show(seed)}`)
  return options
}

interface Examined {
  readonly source: SourceFile
  readonly options: Located['options']
}

async function locateGroups(plan: Plan, options: PrepareOptions): Promise<Examined[][]> {
  const examine = async ({ path, name, options: read }: Located): Promise<Examined> => ({
    source: await examineFile(path, name),
    options: read,
  })
  if (plan.source.kind === 'generated') return []
  if (plan.source.kind === 'paths')
    return Promise.all(plan.source.groups.map((group) => Promise.all(group.map(examine))))
  const definition = plan.definition!
  const { parts } = plan.source
  const wanted: (readonly DataFile[])[] =
    'all' in parts ? [parts.all] : [parts.train, parts.valid ?? [], parts.test]
  // One after the other: files of one archive share its download.
  const groups: Examined[][] = []
  for (const group of wanted) {
    const found: Examined[] = []
    for (const file of group)
      found.push(
        await examine(
          await locateFile(definition, file, {
            cacheDir: options.cacheDir,
            dataDir: options.dataDir,
            download: options.download,
            onProgress: (progress) => options.onProgress?.({ stage: 'download', ...progress }),
            onWait: (file) => options.onProgress?.({ stage: 'wait', file }),
          }),
        ),
      )
    groups.push(found)
  }
  return plan.rule.rule === 'files' ? groups : [groups.flat()]
}

async function readPlan(
  plan: Plan,
  groups: Examined[][],
  { onProgress }: PrepareOptions,
): Promise<InteractionTable> {
  if (plan.source.kind === 'generated') return filterGenerated(plan.source.generate(), plan)
  onProgress?.({ stage: 'read', files: groups.flat().map(({ source }) => source.file) })
  const expect = plan.source.kind === 'files' ? plan.source.expect : null
  const table = await readSources(groups, plan.filters, (read) => expectFingerprint(plan, read, expect))
  expectNoNegativeRatings(plan, table)
  return table
}

function filterGenerated(interactions: Interactions, plan: Plan): InteractionTable {
  return {
    ...filterInteractions({ ...interactions, ids: null }, plan.filters, { label: plan.dataset }),
    sources: [],
  }
}

/** A dislike must not become a like because nobody said what counts. */
function expectNoNegativeRatings(plan: Plan, { ratings, users, ids }: InteractionTable): void {
  const place = ratings?.findIndex((rating) => rating < 0) ?? -1
  if (place < 0 || plan.filters.some(({ filter }) => filter === 'rating')) return
  throw new InputError(
    `${plan.dataset}: user ${ids?.users[users[place]]} has a negative rating (${ratings![place]}); say which ratings count (--min-rating, or the filter { filter: 'rating', min: ... })`,
  )
}

function expectFingerprint({ definition }: Plan, found: FilterStep, expect: Fingerprint | null): void {
  if (!expect || !definition) return
  for (const count of ['users', 'items', 'interactions'] as const) {
    const wanted = expect[count]
    if (wanted !== undefined && wanted !== found[count])
      throw new InputError(
        `${definition.name}: expected ${wanted} ${count}, the files have ${found[count]}; they are not the published ones: get them again from ${definition.home}, or read them as files`,
      )
  }
}

function expectCounts({ dataset, expect }: Plan, { manifest: { counts } }: DataSplit): void {
  for (const [name, wanted] of Object.entries(expect ?? {})) {
    const found = counts[name as keyof typeof counts]
    if (found !== wanted)
      throw new InputError(
        `${dataset}: the split should have ${wanted} ${name} but has ${found}; the files are not the published ones`,
      )
  }
}

/** A damaged or foreign file in the cache is made again rather than reported. */
function loadKept(path: string): DataSplit | null {
  if (!existsSync(path)) return null
  try {
    return loadSplit(path)
  } catch (error) {
    if (error instanceof InputError) return null
    throw error
  }
}

function fileName(dataset: string): string {
  return folderOf(dataset)
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 60)
}
