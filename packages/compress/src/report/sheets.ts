import type { Precision } from '@recdistill/serve'
import { asBytes, asFactor, asMetric, asPercent, asSeconds, asWhole, type Sheet } from '@recdistill/report'
import { precisions } from '../precisions.ts'
import type { CompressResult, DeployedModel } from '../result.ts'
import { targetInWords } from '../target.ts'
import type { TrialResult } from '../trial.ts'
import type { GroupRow } from '../user-groups.ts'
import { estimate, settings, share, time } from './in-words.ts'

/** Teacher, scratch and the chosen student beside each other, as deployed. */
export function chosenSheet(result: CompressResult): Sheet {
  const { models, select, chosen, target, met, doubts = [] } = result
  const teacher = models.find(({ role }) => role === 'teacher')
  return {
    title: 'The chosen student',
    head: [
      'model',
      'tables',
      'size',
      `${select}, validation`,
      `${select}, test`,
      'kept on test',
      'ranking a user',
    ],
    rows: models.map((model) => [
      model.name,
      model.precision ?? '–',
      sizeBeside(model, teacher),
      estimate(model.valid),
      estimate(model.test),
      model.test && teacher?.test && model !== teacher
        ? asPercent(model.test.value / teacher.test.value)
        : '–',
      time(model.microseconds),
    ]),
    notes: [
      ...doubts.map((doubt) => `Mind the teacher: ${doubt}.`),
      `Asked for: ${targetInWords(target)}, judged on validation data. ${met ? 'Met.' : 'Not met: this is the best that was found.'}`,
      `Settings: ${settings(chosen.trial)}, ${chosen.trial.kind} with ${chosen.trial.dim} numbers a row, tables in ${chosen.precision}. The bundle with ids and seen items takes ${asBytes(chosen.bundleBytes)}.`,
      'Of the students, the chosen one alone was measured on the test part, once, after the choice. In brackets: 95 % bootstrap intervals over users; of times, the spread of repeated passes.',
    ],
  }
}

/** Students that no other beats in both size and quality. */
export function frontSheet({ front, select, models }: CompressResult): Sheet {
  const teacher = models.find(({ role }) => role === 'teacher')
  return {
    title: 'Quality, bytes and latency: the front',
    head: ['student', 'tables', 'size', `${select}, validation`, 'of the teacher', 'ranking a user'],
    rows: front.map((model) => [
      model.name,
      model.precision ?? '–',
      sizeBeside(model, teacher),
      estimate(model.valid),
      teacher && teacher.valid.value > 0 ? asPercent(model.valid.value / teacher.valid.value) : '–',
      time(model.microseconds),
    ]),
    notes: [
      'No other student that was tried is as small and as good. Sizes are those of the tables; quality is that of exactly these tables.',
      'Students that were stopped early are as good as their epochs so far.',
    ],
  }
}

/** What each group of users keeps of the teacher, on test data. */
export function groupSheets({ groups, select }: CompressResult): readonly Sheet[] {
  return groups.map(({ title, rows }) => ({
    title,
    head: ['users', 'count', 'teacher', 'scratch', 'student', 'kept', 'gap recovered'],
    rows: rows.map(groupLine),
    notes: [
      `${select} on test data. Kept is student / teacher; gap recovered is (student − scratch) / (teacher − scratch), – where the teacher is no better, or users are fewer than 20. In brackets: 95 % bootstrap intervals over the users of the group.`,
    ],
  }))
}

function groupLine({ group, users, teacher, scratch, student, kept, gap }: GroupRow): string[] {
  return [
    group,
    asWhole(users),
    asMetric(teacher),
    asMetric(scratch),
    asMetric(student),
    share(kept),
    share(gap),
  ]
}

/** Whether the student recommends more of what is popular than its teacher; null where lists were not measured. */
export function popularitySheet({ popularity }: CompressResult): Sheet | null {
  const keys = [...new Set(popularity.flatMap(({ metrics }) => Object.keys(metrics)))]
  if (keys.length === 0) return null
  return {
    title: 'Popularity bias',
    head: ['model', ...keys],
    rows: popularity.map(({ name, metrics }) => [
      name,
      ...keys.map((key) => {
        const value = metrics[key] as number | undefined
        if (value === undefined) return '–'
        return /^(coverage|lift)@/.test(key) ? asPercent(value) : asMetric(value)
      }),
    ]),
    notes: [
      'arp: mean training interactions of the items in a list. lift: how much more popular they are than what users took themselves. coverage: share of the catalogue shown to anybody. gini: 0 shows all items alike, 1 the same few to everybody. novelty: bits, higher for rarer items.',
    ],
  }
}

/** Every trial with its settings, the most epochs first. */
export function trialsSheet({ trials, select }: CompressResult): Sheet {
  return {
    title: 'All students that were tried',
    head: ['student', 'settings', 'epochs', ...precisions.map((name) => `${select}, ${name}`), 'took'],
    rows: trials
      .toSorted((a, b) => b.epochs - a.epochs || bestOf(b) - bestOf(a))
      .map((result) => [
        result.trial.id,
        settings(result.trial),
        `${result.epochs}${result.finished ? '' : ', stopped'}`,
        ...precisions.map((precision) => qualityIn(result, precision)),
        asSeconds(result.seconds),
      ]),
    notes: [
      'On validation data. Stopped: others were more promising at this point (successive halving: Jamieson and Talwalkar, AISTATS 2016).',
    ],
  }
}

function qualityIn({ candidates, failed }: TrialResult, precision: Precision): string {
  if (failed !== undefined) return 'failed'
  return asMetric(candidates.find((one) => one.precision === precision)?.quality.value)
}

function bestOf({ candidates }: TrialResult): number {
  return Math.max(-Infinity, ...candidates.map(({ quality }) => quality.value))
}

function sizeBeside({ bytes }: DeployedModel, teacher: DeployedModel | undefined): string {
  if (bytes === null) return '–'
  if (!teacher?.bytes || teacher.bytes === bytes || bytes === 0) return asBytes(bytes)
  return `${asBytes(bytes)}, ${asFactor(teacher.bytes / bytes)} smaller`
}
