import type { EvalProtocol, Metrics } from '@recdistill/core'
import type { Precision } from '@recdistill/serve'
import type { FormatName } from './format.ts'
import type { HowToLoad } from './writer.ts'
import type { ModelCard, Rounding } from './model-card.ts'

/** A model card in words. */
export function cardMarkdown(card: ModelCard, usage: readonly { to: FormatName; text: HowToLoad }[]): string {
  const { model, data, protocol, precision, teacher, metrics } = card
  const { name, dim, params } = model.backbone
  const { counts } = data
  const facts: [string, string][] = [
    ['kind', `${model.role}: ${name}${dim > 0 ? `, ${dim} numbers a vector` : ''}${settings(params)}`],
    [
      'method',
      model.method
        ? `${model.method.name}, lambda ${model.method.lambda}${settings(model.method.params)}`
        : 'none',
    ],
    [
      'teacher',
      teacher
        ? `${teacher.backbone.name}${teacher.backbone.dim > 0 ? `, ${teacher.backbone.dim} numbers a vector` : ''}, ${grouped(teacher.parameters)} parameters`
        : 'none',
    ],
    [
      'size',
      `${grouped(model.users)} users, ${grouped(model.items)} items, ${grouped(model.parameters)} parameters, ${bytesInWords(model.bytes)} as ${precision.dtype}`,
    ],
    ['training', trainingInWords(model)],
    ['written by', card.createdBy],
  ]
  return [
    `# ${escape(card.name)} on ${escape(data.dataset)}`,
    '',
    table(['', ''], facts),
    '',
    '## Quality',
    '',
    `Protocol \`${protocol.name}\`: ${protocolInWords(protocol)}. What was chosen was chosen on the validation part.`,
    '',
    metricsTable(card),
    '',
    ...(metrics.seeds.length > 1 ? [seedsInWords(card), ''] : []),
    ...(precision.rounding ? [roundingInWords(precision.dtype, precision.rounding), ''] : []),
    '## Data',
    '',
    `\`${data.dataset}\`: ${grouped(counts.users)} users, ${grouped(counts.items)} items; ${grouped(counts.train)} interactions to train on, ${grouped(counts.valid)} to validate, ${grouped(counts.test)} to test. Split ${splitInWords(data.rule)}${data.seed === null ? '' : `, seed ${data.seed}`}; fingerprint \`${data.hash}\`.`,
    '',
    ...data.sources.map(
      ({ file, bytes, sha256 }) => `- \`${file}\`, ${grouped(bytes)} bytes, SHA-256 \`${sha256}\``,
    ),
    ...(data.filters.length > 0
      ? ['', `Filters, in this order: ${data.filters.map((filter) => JSON.stringify(filter)).join('; ')}.`]
      : []),
    '',
    '## Licence',
    '',
    data.terms
      ? `Terms of the data: ${data.terms.licence}. Home: ${data.terms.home}. Cite: ${data.terms.citation}. Whether terms of data reach a model trained on it is for you to judge.`
      : 'Not a data set known by name: the terms under which it was collected hold for what is made of it.',
    '',
    '## Intended use',
    '',
    ...card.intendedUse.map((line) => `- ${line}`),
    '',
    '## Limits',
    '',
    ...card.limits.map((line) => `- ${line}`),
    '',
    '## Files',
    '',
    table(
      ['file', 'bytes', 'SHA-256'],
      card.files.map(({ file, bytes, sha256 }) => [
        `\`${file}\``,
        grouped(bytes),
        `\`${sha256.slice(0, 16)}…\``,
      ]),
    ),
    '',
    ...usage.flatMap(({ to, text }) => [`### ${to}`, '', text, '']),
  ].join('\n')
}

function trainingInWords({ imported, optimizer, seed, bestEpoch, epochs }: ModelCard['model']): string {
  if (imported) {
    const files = imported.files.map(({ file, sha256 }) => `${file} (SHA-256 ${sha256.slice(0, 16)}…)`)
    return `elsewhere: ${imported.form}, ${files.join(', ')}`
  }
  const { lr, weightDecay, batch, sparse } = optimizer
  return `seed ${seed}, best at epoch ${bestEpoch + 1} of ${epochs}; learning rate ${lr}, weight decay ${weightDecay}, batch ${batch}${sparse ? ', steps of Adam for the rows of a batch alone' : ''}`
}

function roundingInWords(dtype: Precision, { kept: { k, users, overlap }, measured }: Rounding): string {
  const lists = `of the ${k} best items of ${grouped(users)} users ${(100 * overlap).toFixed(2)} % stay the same`
  return measured
    ? `Rounded to ${dtype}, as it is in these files, its numbers are in a column of their own; ${lists}.`
    : `These are numbers of single precision. Rounded to ${dtype}, as it is in these files, ${lists}.`
}

function metricsTable({ teacher, precision, metrics: { valid, test } }: ModelCard): string {
  const columns: [string, Metrics | undefined][] = [
    ['validation', valid],
    ['test', test],
    ...(precision.rounding?.measured
      ? [[`test, as ${precision.dtype}`, precision.rounding.measured.test] as [string, Metrics]]
      : []),
    ...(teacher ? [['its teacher, test', teacher.test] as [string, Metrics]] : []),
  ]
  const rows = Object.keys(test).map((name) => [name, ...columns.map(([, from]) => number(from?.[name]))])
  return table(['', ...columns.map(([label]) => label)], rows)
}

/** Moments are kept as seconds, and nobody reads those. */
function splitInWords(rule: ModelCard['data']['rule']): string {
  const { by, cuts } = rule
  const dates =
    by === 'moment' && Array.isArray(cuts)
      ? { cuts: cuts.map((seconds) => new Date(1000 * Number(seconds)).toISOString()) }
      : {}
  return Object.entries({ ...rule, ...dates })
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    .join(', ')
}

function seedsInWords({ metrics: { seeds }, protocol: { select } }: ModelCard): string {
  const values = seeds.map(({ test }) => test[select])
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const deviation = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  )
  return `Over ${seeds.length} seeds (${seeds.map(({ seed }) => seed).join(', ')}), test ${select} is ${number(mean)} ± ${number(deviation)}.`
}

function protocolInWords({ mask, users, coldItems, candidates, select }: EvalProtocol): string {
  return [
    candidates.kind === 'catalogue'
      ? 'ranked against the whole catalogue'
      : `ranked against ${candidates.negatives} sampled items (seed ${candidates.seed})`,
    `${mask.test.join(' and ') || 'nothing'} left out`,
    `averaged over ${users === 'all' ? 'all users' : 'users with something to find'}`,
    ...(coldItems === 'apart' ? ['items without training apart'] : []),
    `selected by ${select}`,
  ].join(', ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function settings(params: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(params)
  return entries.length === 0
    ? ''
    : ` (${entries.map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(', ')})`
}

function number(value: number | undefined): string {
  return value === undefined ? '–' : value.toFixed(4)
}

function grouped(value: number): string {
  return value.toLocaleString('en')
}

function bytesInWords(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&').replace(/\s+/g, ' ')
}
