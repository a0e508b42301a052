import { parseDocument, stringify } from 'yaml'
import type { Config, ModelConfig, SourceConfig, TuneConfig } from './config.ts'
import { writeRange } from './range.ts'

/** A resolved configuration as the YAML that resolves to it again: what `resume` reads, and what `--config` takes. */
export function configYaml(config: Config): string {
  const comments = [head, ...config.lowered].map((text) => `# ${text}\n`).join('')
  return comments + stringify(configValues(config))
}

const head = 'Every value of this run. Use it again with: recdistill bench --config THIS_FILE'

/** What was lowered when the file of a run was written, by its comments. */
export function loweredIn(yaml: string): readonly string[] {
  const [first, ...lines] = yaml.split(/\r?\n/)
  if (first !== `# ${head}`) return []
  const end = lines.findIndex((line) => !line.startsWith('# '))
  return lines.slice(0, Math.max(0, end)).map((line) => line.slice(2))
}

/** The file of a run, comments and all, with other values of some keys. */
export function withChanges(yaml: string, values: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(yaml)
  for (const [key, value] of Object.entries(values)) document.set(key, value)
  return document.toString()
}

/** The same as plain data, with only what was said. */
export function configValues(config: Config): Record<string, unknown> {
  const { source } = config
  const values: Record<string, unknown> = {
    preset: config.preset,
    ...sourceValues(source.request),
    splitSeed: source.splitSeed,
    dataDir: source.dataDir,
    cache: source.cache,
    protocol: config.protocol,
    // one that was trained elsewhere has no settings of training
    teacher: isImported(config) || config.teachers.length > 0 ? null : modelValues(config.teacher),
    teachers: config.teachers.length === 0 ? null : config.teachers.map(modelValues),
    student: modelValues(config.student),
    methods: config.methods.length === 0 ? 'none' : config.methods.map(({ reference }) => reference),
    baselines:
      config.baselines.length === 0
        ? null
        : config.baselines.map(({ backbone, reference = backbone, dim }) =>
            dim === 0 ? reference : `${reference}:${dim}`,
          ),
    seeds: config.seeds,
    epochs: config.epochs,
    patience: config.patience,
    validateEvery: config.validateEvery,
    tune: config.tune === null ? null : tuneValues(config.tune),
    snapshotEvery: config.snapshotEvery,
    device: config.device,
    threads: config.threads,
    teacherFrom: config.teacherFrom,
    saveRankings: config.saveRankings,
    followTest: config.followTest,
    sparseAdam: config.sparseAdam ? true : null,
    keepGoing: config.keepGoing ? true : null,
    reuseTeachers: config.reuseTeachers,
    checkpointEvery: config.checkpointEvery,
  }
  for (const { name, params, lambda, optimizer } of config.methods)
    values[name] = { ...params, lambda, ...optimizer }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}

function isImported({ teacherFrom }: Config): boolean {
  return teacherFrom !== null && teacherFrom.kind !== 'run'
}

function sourceValues(request: SourceConfig['request']): Record<string, unknown> {
  if (!('files' in request)) return request
  const { files, ...rest } = request
  return { data: files, ...rest }
}

function tuneValues({ trials, ranges }: TuneConfig): Record<string, unknown> {
  const written = (of: TuneConfig['ranges'][string]) =>
    Object.fromEntries(Object.entries(of).map(([setting, range]) => [setting, writeRange(range)]))
  return {
    trials,
    ranges: Object.fromEntries(Object.entries(ranges).map(([name, of]) => [name, written(of)])),
  }
}

function modelValues({ backbone, reference, dim, params, optimizer }: ModelConfig): Record<string, unknown> {
  return { backbone: reference ?? backbone, ...(dim > 0 && { dim }), ...optimizer, ...params }
}
