import {
  groupRows,
  rowOf,
  twoGroups,
  type CompressResult,
  type Estimate,
  type Measured,
} from '@recdistill/compress'
import type { Metrics, Split } from '@recdistill/core'
import { beyondAndCold, evaluateParts, type Evaluation } from '@recdistill/metrics'
import type { Model } from '@recdistill/plugin'
import { qualitiesOf, type Measuring } from './measure-candidates.ts'

/** A model on both parts; made after the choice alone. */
export interface FinalMeasure {
  readonly valid: Estimate
  readonly test: Estimate
  readonly evaluation: Evaluation
}

/** The one look at the test part. */
export function finalMeasure(model: Model, setting: Measuring): FinalMeasure {
  const { split, protocol } = setting
  const beyond = protocol.candidates.kind === 'catalogue'
  const { valid, test } = evaluateParts(model, split, protocol, ['valid', 'test'], { beyond })
  const quality = (of: Evaluation) => qualitiesOf([of], setting)[0]
  return { valid: quality(valid), test: quality(test), evaluation: test }
}

/** What each group of users keeps of the teacher on test data. */
export function groupsOf(
  of: Readonly<Record<'teacher' | 'scratch' | 'student', FinalMeasure>>,
  { split, protocol: { select } }: Measuring,
): CompressResult['groups'] {
  const values = (which: keyof typeof of) => of[which].evaluation.perUser[select]
  const measured: Measured = {
    teacher: values('teacher'),
    scratch: values('scratch'),
    student: values('student'),
  }
  const { users } = of.student.evaluation
  const { activity, taste, cold } = attributesOf(users, split)
  const everybody = Array.from(users, (_, n) => n)
  const anyCold = cold.some((share) => share > 0)
  return [
    { title: 'Everybody', rows: [rowOf(measured, everybody, 'all users with truth')] },
    {
      title: 'By activity: training interactions of the user',
      rows: groupRows(measured, activity, ['least active', 'middle', 'most active']),
    },
    {
      title: 'By popularity of liked items: mean training interactions of what the user took',
      rows: groupRows(measured, taste, ['niche taste', 'mixed', 'mainstream taste']),
    },
    ...(anyCold
      ? [
          {
            title: 'By cold share: test items never met in training',
            rows: twoGroups(measured, (user) => cold[user] > 0, ['some cold items', 'no cold items']),
          },
        ]
      : []),
  ]
}

function attributesOf(users: Uint32Array, { train, test, numItems }: Split) {
  const popularity = new Uint32Array(numItems)
  for (const item of train.items) popularity[item]++
  const row = ({ offsets, items }: Split['train'], user: number) =>
    items.subarray(offsets[user], offsets[user + 1])
  const mean = (values: Uint32Array, of: (item: number) => number) =>
    values.length === 0 ? 0 : values.reduce((sum, item) => sum + of(item), 0) / values.length
  return {
    activity: Float64Array.from(users, (user) => row(train, user).length),
    taste: Float64Array.from(users, (user) => mean(row(train, user), (item) => popularity[item])),
    cold: Float64Array.from(users, (user) =>
      mean(row(test, user), (item) => (popularity[item] === 0 ? 1 : 0)),
    ),
  }
}

/** What is recommended to everybody, at the longest cut-off; nothing where candidates are sampled. */
export function popularityOf(
  name: string,
  { evaluation }: FinalMeasure,
  { protocol: { ks } }: Measuring,
): { readonly name: string; readonly metrics: Metrics } {
  const longest = Math.max(...ks)
  const wanted = ['arp', 'lift', 'coverage', 'gini', 'novelty'].map((metric) => `${metric}@${longest}`)
  const measured = beyondAndCold(evaluation)
  const entries = wanted.filter((key) => key in measured).map((key) => [key, measured[key]] as const)
  return { name, metrics: Object.fromEntries(entries) }
}
