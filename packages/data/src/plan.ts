import { InputError, nearest } from '@recdistill/core'
import { basename } from 'node:path'
import type { DataRequest } from './data-request.ts'
import { findDataset } from './datasets/find-dataset.ts'
import type { DatasetDefinition, DataSource, SplitPreset } from './define-dataset.ts'
import type { Located } from './fetch/locate.ts'
import type { Filter } from './filter/filter.ts'
import { nameFiles } from './name-files.ts'
import { checkSplitRule, parseSplitRule } from './split/parse-split-rule.ts'
import type { SplitRule } from './split/rule.ts'

/** All that decides what comes out, apart from the bytes of the files. */
export interface Plan {
  readonly dataset: string
  readonly source: DataSource | { readonly kind: 'paths'; readonly groups: readonly (readonly Located[])[] }
  readonly definition: DatasetDefinition | null
  readonly filters: readonly Filter[]
  readonly rule: SplitRule
  /** Checked only when filters and rule are the preset's own. */
  readonly expect: SplitPreset['expect'] | null
}

/** What a request comes to, checked; no file is touched. */
export function planOf(request: DataRequest): Plan {
  if ('dataset' in request) return planOfDataset(request)
  const read = request.read ?? {}
  const at = (path: string): Located => ({ path, name: path, options: read })
  const filters = withDuplicates(request.filters ?? [])
  const common = { definition: null, filters, expect: null }
  if ('train' in request) {
    const paths = [request.train, ...(request.valid === undefined ? [] : [request.valid]), request.test]
    const groups = [
      [at(request.train)],
      request.valid === undefined ? [] : [at(request.valid)],
      [at(request.test)],
    ]
    const rule = ruleOf(request.split ?? 'files')
    if (rule.rule !== 'files')
      throw new InputError(
        `data.split: train and test files are given, so the rule must be files or files:0.1; to divide them anew give them as files`,
      )
    return { ...common, dataset: request.name ?? nameOf(paths), source: { kind: 'paths', groups }, rule }
  }
  const paths = typeof request.files === 'string' ? [request.files] : request.files
  const rule = ruleOf(request.split ?? 'ratio:0.8,0.1,0.1:random')
  if (rule.rule === 'files')
    throw new InputError(`data.split: the rule "files" needs { train, test } rather than { files }`)
  return {
    ...common,
    dataset: request.name ?? nameOf(paths),
    source: { kind: 'paths', groups: [paths.map(at)] },
    rule,
  }
}

function planOfDataset(request: DataRequest & { dataset: string }): Plan {
  const definition = findDataset(request.dataset)
  const asked = request.split ?? definition.defaultSplit
  const preset = typeof asked === 'string' ? definition.splits[asked] : undefined
  const base = preset ?? definition.splits[definition.defaultSplit]
  const rule = preset?.rule ?? ruleOfDataset(definition, asked)
  if (rule.rule === 'files' && (base.source.kind === 'generated' || 'all' in base.source.parts))
    throw new InputError(
      `${definition.name}: comes as one file, so the rule "files" does not fit; use another rule`,
    )
  const filters = request.filters ?? base.filters
  return {
    dataset: definition.name,
    source: base.source,
    definition,
    filters: base.source.kind === 'generated' ? filters : withDuplicates(filters),
    rule,
    expect: preset && !request.filters ? (preset.expect ?? null) : null,
  }
}

function ruleOfDataset(definition: DatasetDefinition, asked: string | SplitRule): SplitRule {
  if (typeof asked !== 'string') return checkSplitRule(asked, 'data.split')
  const names = Object.keys(definition.splits)
  if (asked.includes(':') || ['files', 'loo'].includes(asked)) return parseSplitRule(asked)
  const near = nearest(asked, names)
  throw new InputError(
    `${definition.name}: unknown split "${asked}"${near ? `; did you mean "${near}"?` : ''} It has ${names.join(', ')}; or give a rule such as ratio:0.8,0.1,0.1:random`,
  )
}

function ruleOf(asked: string | SplitRule): SplitRule {
  return typeof asked === 'string' ? parseSplitRule(asked) : checkSplitRule(asked, 'data.split')
}

/** A split needs each pair once: where no filter says which to keep, the first, before anything is counted. */
function withDuplicates(filters: readonly Filter[]): readonly Filter[] {
  if (filters.some(({ filter }) => filter === 'duplicates')) return filters
  const counting = filters.findIndex(({ filter }) => filter === 'k-core')
  return filters.toSpliced(counting < 0 ? filters.length : counting, 0, {
    filter: 'duplicates',
    keep: 'first',
  })
}

function nameOf(paths: readonly string[]): string {
  return nameFiles(
    paths.map((path) => basename(path)),
    '+',
  )
}
