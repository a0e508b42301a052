import { InputError } from '@recdistill/core'
import { absolutePaths } from '../config/absolute-paths.ts'
import type { Layer } from '../config/layer.ts'
import { scalar } from '../config/set.ts'

type Flags = Readonly<Record<string, unknown>>

const words = [
  'dataset',
  'split',
  'dataDir',
  'cache',
  'protocol',
  'device',
  'preset',
  'teacher',
  'teachers',
  'student',
  'methods',
  'baselines',
  'train',
  'valid',
  'test',
]
const numbers = [
  'minRating',
  'maxPerUser',
  'splitSeed',
  'epochs',
  'patience',
  'tune',
  'validateEvery',
  'snapshotEvery',
  'threads',
  'checkpointEvery',
]
const switches = ['saveRankings', 'followTest', 'sparseAdam', 'keepGoing', 'skipEmptyIds']

/** The flags of a command as a layer: text is text, numbers are read, paths start where the command does. */
export function flagsLayer(flags: Flags): Layer {
  const values: Record<string, unknown> = {}
  for (const key of [...words, 'data']) if (flags[key] !== undefined) values[key] = flags[key]
  for (const key of numbers) if (flags[key] !== undefined) values[key] = scalar(String(flags[key]))
  for (const key of switches) if (flags[key] === true) values[key] = true
  const teaching = ['teacher', 'teachers', 'teacherFrom'].filter((key) => flags[key] !== undefined)
  if (teaching.length > 1)
    throw new InputError(
      `${teaching.map((key) => flagOf([key])).join(' and ')}: give one of them; --teacher trains one, --teachers several that teach together, and --teacher-from takes one that is there`,
    )
  if (typeof flags.methods === 'string' && !/[^\s,]/.test(flags.methods))
    throw new InputError(
      `--methods: expected names, e.g. rrd,rce-kd, or none, got ${JSON.stringify(flags.methods)}`,
    )
  const teacher = teacherFrom(flags)
  if (teacher !== null) values.teacherFrom = teacher
  if (flags.noCache === true) values.reuseTeachers = false
  if (flags.seeds !== undefined) values.seeds = seeds(String(flags.seeds))
  if (flags.where !== undefined) values.where = where(flags.where as readonly string[])
  if (flags.kCore !== undefined) values.kCore = kCore(String(flags.kCore))
  const read = {
    ...(flags.format === undefined ? {} : { format: flags.format }),
    ...(flags.delimiter === undefined ? {} : { delimiter: flags.delimiter }),
    ...(flags.encoding === undefined ? {} : { encoding: flags.encoding }),
    ...(flags.decimal === undefined ? {} : { decimal: flags.decimal }),
    ...(flags.timeFormat === undefined ? {} : { timeFormat: flags.timeFormat }),
    ...(flags.columns === undefined ? {} : { columns: columns(String(flags.columns)) }),
  }
  if (Object.keys(read).length > 0) values.read = read
  return {
    values: absolutePaths(values, process.cwd()),
    speak: (path) => (path.length === 0 ? 'command line' : flagOf(path)),
  }
}

/** The flag that a reader typed for a key; groups of the file have one for each of their keys. */
function flagOf([group, key, ...rest]: readonly string[]): string {
  if (group === 'read' && key !== undefined) return `--${[kebab(key), ...rest].join('.')}`
  if (group === 'teacherFrom' && key !== undefined)
    return key === 'from' ? '--teacher-from' : `--teacher-${kebab(key)}`
  return `--${[kebab(group), ...(key === undefined ? [] : [key]), ...rest].join('.')}`
}

/** A path alone, or a group where more is said. */
function teacherFrom({ teacherFrom: from, teacherItems, teacherUserIds, teacherItemIds }: Flags): unknown {
  const group = { from, items: teacherItems, userIds: teacherUserIds, itemIds: teacherItemIds }
  const said = Object.entries(group).filter(([, value]) => value !== undefined)
  return said.length === 0 ? null : Object.fromEntries(said)
}

/** `3` is three seeds; `0,1,2` and `5,` are those. */
function seeds(text: string): unknown {
  if (!text.includes(',')) return scalar(text)
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => scalar(part.trim()))
}

function kCore(text: string): unknown {
  const [users, items, ...rest] = text.split(':')
  if (items === undefined) return scalar(text)
  if (rest.length > 0) throw new InputError(`--k-core: expected n or users:items, e.g. 5:0, got "${text}"`)
  return { users: scalar(users), items: scalar(items) }
}

/** `event=cart,purchase`; a value with a comma in it is for a file. */
function where(pairs: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=')
      const values = pair
        .slice(equals + 1)
        .split(',')
        .map((value) => value.trim())
      if (equals < 1 || values.includes(''))
        throw new InputError(`--where: expected column=values, e.g. event=cart,purchase, got "${pair}"`)
      return [pair.slice(0, equals).trim(), values]
    }),
  )
}

function columns(text: string): Record<string, string | number | null> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [role, name, ...rest] = pair.split('=')
      if (name === undefined || name === '' || rest.length > 0)
        throw new InputError(`--columns: expected role=name pairs, e.g. user=uid,item=movie, got "${text}"`)
      // Rating and time may be left unread; users and items are needed, so that a column may have this name.
      if (name.trim() === 'none' && ['rating', 'time'].includes(role.trim())) return [role.trim(), null]
      return [role.trim(), /^\d+$/.test(name) ? Number(name) : name.trim()]
    }),
  )
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
