import {
  asBytes,
  asFactor,
  asMicroseconds,
  asPercent,
  asSeconds,
  asWhole,
  sheetMarkdown,
  sheetPage,
  type PageSection,
  type ScatterSpec,
  type Sheet,
} from '@recdistill/report'
import type { CompressResult, DeployedModel } from '../result.ts'
import { targetInWords } from '../target.ts'
import { chosenSheet, frontSheet, groupSheets, popularitySheet, trialsSheet } from './sheets.ts'

/** The result as one self-contained page with plots of the front. */
export function compressHtml(result: CompressResult): string {
  const popularity = popularitySheet(result)
  const sections: readonly PageSection[] = [
    { id: 'chosen', sheet: chosenSheet(result) },
    {
      id: 'front-plots',
      title: 'Quality against size and latency',
      notes: [
        'Up and to the left is better; both horizontal scales are logarithmic; bars are 95 % bootstrap intervals over users. Validation data.',
      ],
      plots: plotsOf(result),
    },
    { id: 'front', sheet: frontSheet(result) },
    ...groupSheets(result).map((sheet, n) => ({ id: `group-${n}`, sheet })),
    ...(popularity ? [{ id: 'popularity', sheet: popularity }] : []),
    { id: 'trials', sheet: trialsSheet(result) },
    { id: 'again', sheet: againSheet(result) },
  ]
  return sheetPage({
    title: titleOf(result),
    about: aboutOf(result),
    version: result.version,
    tiles: tilesOf(result),
    warnings: warningsOf(result),
    sections,
    data: result,
  })
}

/** The same as text. */
export function compressMarkdown(result: CompressResult): string {
  const sheets = [
    chosenSheet(result),
    frontSheet(result),
    ...groupSheets(result),
    popularitySheet(result),
    trialsSheet(result),
    againSheet(result),
  ]
  return [
    `# ${titleOf(result)}`,
    '',
    `${aboutOf(result)}.`,
    '',
    ...warningsOf(result).map((warning) => `> ${warning}\n`),
    ...sheets.filter((sheet): sheet is Sheet => sheet !== null).map((sheet) => sheetMarkdown(sheet)),
  ].join('\n')
}

function titleOf({ split, target }: CompressResult): string {
  return `${split.dataset}: ${targetInWords(target)}`
}

function aboutOf({ split: { counts }, protocol, startedAt, seconds, trials }: CompressResult): string {
  const interactions = counts.train + counts.valid + counts.test
  return `${asWhole(counts.users)} users, ${asWhole(counts.items)} items, ${asWhole(interactions)} interactions · protocol ${protocol.name} · ${trials.length} students tried · ${startedAt.slice(0, 16).replace('T', ' ')} UTC · took ${asSeconds(seconds)}`
}

function warningsOf({ met, target }: CompressResult): readonly string[] {
  if (met) return []
  return [
    `The target was not met (${targetInWords(target)}): this report is about the best student that was found.`,
  ]
}

function tilesOf({ models, select, chosen }: CompressResult) {
  const teacher = models.find(({ role }) => role === 'teacher')
  const student = models.find(({ role }) => role === 'student')
  if (!teacher || !student) return []
  const kept = (part: 'valid' | 'test') => (student[part]?.value ?? NaN) / (teacher[part]?.value ?? NaN)
  const [slow, fast] = [teacher.microseconds?.value, student.microseconds?.value]
  return [
    {
      value: asPercent(kept('test')),
      text: `of the teacher's ${select} kept on test data (validation: ${asPercent(kept('valid'))})`,
    },
    ...(teacher.bytes === null || student.bytes === null
      ? []
      : [
          {
            value: asFactor(teacher.bytes / student.bytes),
            text: `smaller: ${asBytes(student.bytes)} for ${asBytes(teacher.bytes)}`,
          },
        ]),
    ...(fast === undefined
      ? []
      : [
          {
            value: asMicroseconds(fast),
            text: `to rank the catalogue for a user${slow === undefined ? '' : `; the teacher takes ${asMicroseconds(slow)}`}`,
          },
        ]),
    {
      value: `${chosen.trial.kind} ${chosen.trial.dim}`,
      text: `taught by ${chosen.trial.method}, tables in ${chosen.precision}`,
    },
  ]
}

function plotsOf({ front, models, select }: CompressResult): readonly ScatterSpec[] {
  const shown = [...models.filter(({ role }) => role !== 'student'), ...front]
  const points = (cost: (model: DeployedModel) => number) =>
    shown.map((model) => ({
      name: shortName(model),
      x: cost(model),
      y: model.valid.value,
      spread: (model.valid.high - model.valid.low) / 2,
      colour: colourOf(model),
    }))
  return [
    {
      title: `${select} by size of the tables`,
      x: { label: 'size of the tables', unit: 'bytes' },
      y: select,
      points: points(({ bytes }) => bytes ?? NaN),
    },
    {
      title: `${select} by ranking latency`,
      x: { label: 'ranking time of a user', unit: 'microseconds' },
      y: select,
      points: points(({ microseconds }) => microseconds?.value ?? NaN),
    },
  ]
}

/** Room in a plot is scarce, and the tables have whole names. */
function shortName({ role, kind, dim, precision }: DeployedModel): string {
  const what = role === 'teacher' || role === 'scratch' ? role : `${kind} ${dim}`
  return precision === null ? what : `${what} ${precision}`
}

function colourOf({ role }: DeployedModel): 'ink' | 'soft' | number {
  switch (role) {
    case 'teacher':
      return 'ink'
    case 'scratch':
      return 'soft'
    case 'student':
      return 1
    case 'trial':
      return 0
  }
}

/** Everything needed to get these numbers again. */
function againSheet({ split, protocol, machine, version, config, chosen }: CompressResult): Sheet {
  return {
    title: 'How to get these numbers again',
    head: ['what', 'value'],
    rows: [
      ['data set', split.dataset],
      ['split hash', split.hash],
      ['rule', JSON.stringify(split.rule)],
      ['protocol', JSON.stringify(protocol)],
      ['machine', `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`],
      [
        'engine',
        `${machine.engine.driver}, ${machine.engine.threads} ${machine.engine.threads === 1 ? 'thread' : 'threads'}, ${machine.engine.simd}`,
      ],
      ['recdistill', version],
      ['student', `${chosen.folder}, model ${chosen.model}`],
      ['configuration', JSON.stringify(config)],
    ],
    notes: [
      'Equal configuration and seed give the same students, whatever the number of threads and processes; times aside.',
    ],
  }
}
