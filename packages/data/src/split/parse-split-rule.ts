import { InputError, nearest } from '@recdistill/core'
import { parseWith } from '../parse-with.ts'
import { splitRuleSchema, type SplitRule } from './rule.ts'

/** The compact form of every rule, for help texts. */
export const splitRuleForms = [
  'ratio:0.8,0.1,0.1[:random|file|time]',
  'loo[:last|random]',
  'last:2[:last|file|time|random]',
  'time:0.8,0.9',
  'time:2019-01-01,2020-01-01',
  'groups:0.2,0.2',
  'files[:0.1]',
] as const

const kinds = ['ratio', 'loo', 'last', 'time', 'groups', 'files']

/**
 * Reads the compact form of a split rule, e.g. `ratio:0.8,0.1,0.1:random`, `loo:last`, `last:2`, `time:0.8,0.9`.
 * @throws InputError that names what is wrong and what would be right.
 */
export function parseSplitRule(text: string): SplitRule {
  const [kind, ...args] = text.trim().split(':')
  const speaker = `split rule "${text}"`
  switch (kind) {
    case 'ratio':
      expectArgs(text, args, 1, 2)
      return checkSplitRule(
        { rule: 'ratio', ratios: numbers(text, args[0], 3), order: args[1] ?? 'random' },
        speaker,
      )
    case 'loo':
      expectArgs(text, args, 0, 1)
      return checkSplitRule({ rule: 'leave-one-out', pick: args[0] ?? 'last' }, speaker)
    case 'last':
      expectArgs(text, args, 1, 2)
      return checkSplitRule(
        { rule: 'leave-last', n: numbers(text, args[0])[0], order: args[1] ?? 'last' },
        speaker,
      )
    case 'time': {
      expectArgs(text, args, 1, Infinity)
      const cuts = args
        .join(':')
        .split(',')
        .map((cut) => cut.trim())
      expectForm(text, cuts.length === 2)
      const dates = cuts.some((cut) => /^\d{4}-\d\d-\d\d/.test(cut))
      if (dates)
        return checkSplitRule(
          { rule: 'time', by: 'moment', cuts: cuts.map((cut) => moment(text, cut)) },
          speaker,
        )
      const values = numbers(text, cuts.join(','))
      return checkSplitRule(
        { rule: 'time', by: values.some((cut) => cut > 1) ? 'moment' : 'share', cuts: values },
        speaker,
      )
    }
    case 'groups': {
      expectArgs(text, args, 1, 1)
      const [held, valid] = numbers(text, args[0], 2)
      return checkSplitRule({ rule: 'user-groups', held, valid }, speaker)
    }
    case 'files':
      expectArgs(text, args, 0, 1)
      return checkSplitRule(
        { rule: 'files', valid: args[0] === undefined ? 0 : numbers(text, args[0])[0] },
        speaker,
      )
    default: {
      const near = nearest(kind, kinds)
      throw new InputError(
        `unknown split rule "${text}"; ${near ? `did you mean "${near}"? ` : ''}there are ${splitRuleForms.join('  ')}`,
      )
    }
  }
}

/**
 * The compact form of a rule: what `parseSplitRule` reads.
 * @throws InputError for a rule with `rest` or `validLast`, which no compact form says.
 */
export function formatSplitRule(rule: SplitRule): string {
  const said = { rest: 'test', validLast: false, ...rule }
  if (said.rest !== 'test' || said.validLast)
    throw new InputError(`split rule: ${JSON.stringify(rule)} has no compact form; keep it as it is`)
  switch (rule.rule) {
    case 'ratio':
      return `ratio:${rule.ratios.join(',')}:${rule.order}`
    case 'leave-one-out':
      return `loo:${rule.pick}`
    case 'leave-last':
      return `last:${rule.n}:${rule.order}`
    case 'time':
      return `time:${rule.cuts.map((cut) => (rule.by === 'moment' ? new Date(cut * 1000).toISOString() : cut)).join(',')}`
    case 'user-groups':
      return `groups:${rule.held},${rule.valid}`
    case 'files':
      return rule.valid > 0 ? `files:${rule.valid}` : 'files'
  }
}

/** A rule from outside, its shape and its numbers checked. */
export function checkSplitRule(value: unknown, speaker = 'split rule'): SplitRule {
  const rule = parseWith(splitRuleSchema, value, speaker)
  if (rule.rule === 'ratio') {
    const sum = rule.ratios[0] + rule.ratios[1] + rule.ratios[2]
    if (Math.abs(sum - 1) > 1e-9)
      throw new InputError(
        `${speaker}: ratios must sum to 1, got ${Number(sum.toFixed(6))} (${rule.ratios.join(' + ')})`,
      )
    if (rule.ratios[0] === 0) throw new InputError(`${speaker}: the training share must be above 0`)
  }
  if (rule.rule === 'time') {
    if (!(rule.cuts[0] <= rule.cuts[1]))
      throw new InputError(
        `${speaker}: the first cut must not be after the second, got ${rule.cuts.join(', ')}`,
      )
    if (rule.by === 'share' && (rule.cuts[0] <= 0 || rule.cuts[1] > 1))
      throw new InputError(`${speaker}: shares must be above 0 and at most 1, got ${rule.cuts.join(', ')}`)
  }
  if (rule.rule === 'user-groups' && (rule.held === 0 || rule.held === 1))
    throw new InputError(`${speaker}: the share held out must be between 0 and 1, got ${rule.held}`)
  if (rule.rule === 'files' && rule.valid >= 1)
    throw new InputError(`${speaker}: the share taken for validation must be below 1, got ${rule.valid}`)
  return rule
}

function expectArgs(text: string, args: readonly string[], least: number, most: number): void {
  expectForm(text, args.length >= least && args.length <= most)
}

function expectForm(text: string, fits: boolean): void {
  if (fits) return
  const form = splitRuleForms.find((shown) => shown.startsWith(text.split(':')[0]))
  throw new InputError(`split rule "${text}": expected the form ${form}`)
}

function numbers(text: string, list: string, count = list.split(',').length): number[] {
  expectForm(text, list.split(',').length === count)
  return list.split(',').map((part) => {
    const value = Number(part)
    if (part.trim() !== '' && Number.isFinite(value)) return value
    throw new InputError(`split rule "${text}": expected a number, got "${part}"`)
  })
}

const dateForm = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/

/** Seconds since 1970 of a date, of UTC unless it says otherwise: as times in files are read, and the same in every time zone. */
function moment(text: string, date: string): number {
  const [, day = '', time = '00:00', zone = 'Z'] = dateForm.exec(date) ?? []
  const midnight = new Date(`${day}T00:00Z`)
  const value = Date.parse(`${day}T${time}${zone}`) / 1000
  // 31 February would be taken for 3 March.
  if (Number.isNaN(value) || !midnight.toISOString().startsWith(day))
    throw new InputError(`split rule "${text}": "${date}" is not a date like 2020-01-31 or 2020-01-31T18:00Z`)
  return value
}
