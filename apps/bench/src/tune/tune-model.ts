import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { rungsOf, successiveHalving, type Rung } from '@recdistill/compress'
import { InputError, NumericError } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import { short } from '../progress/format.ts'
import type { Bench } from '../run/bench.ts'
import type { Plan } from '../run/plan.ts'
import { foldersAt, type RunFolder } from '../run/run-folder.ts'
import { takeTraining } from '../run/take-training.ts'
import { nameOf, withValues, type Setting } from './settings.ts'
import { trySetting, type Tried } from './try-setting.ts'

/** A setting and what became of it. */
export interface Outcome extends Tried {
  readonly setting: Setting
}

/** What a search found for one model: `tune/NAME/tuned.json` of the run. */
export interface Tuned {
  readonly select: string
  /** The best on validation data, trained to its end. */
  readonly chosen: Outcome
  /** All, in the order of drawing. */
  readonly tried: readonly Outcome[]
}

/** Ended by Ctrl-C: what is done is in the folder. */
class Stopped extends Error {}

/** The ladder that all models climb; a rung ends with a validation. */
export function ladder({ tune, epochs, validateEvery }: Bench['config']): readonly Rung[] {
  return rungsOf({ trials: tune?.trials ?? 1, epochs }).map(({ trials, epochs: until }) => ({
    trials,
    epochs: Math.min(epochs, Math.ceil(until / validateEvery) * validateEvery),
  }))
}

/**
 * Successive halving over the settings of one model, by the protocol's metric on validation data. The first, which is what the
 * configuration says, is trained to its end in any case, so that a search never ends below it. The best becomes the model, so that
 * nothing of it is trained twice.
 * @returns Null when it was stopped.
 * @throws NumericError when training met NaN or infinity with every setting.
 */
export async function tuneModel(
  plan: Plan,
  settings: readonly Setting[],
  { teacher, bench, place }: { teacher: Model | null; bench: Bench; place: { number: number; of: number } },
): Promise<Tuned | null> {
  const { folder, progress, config, protocol } = bench
  const name = nameOf(plan)
  const folders = foldersAt(join(folder.path, 'tune', name))
  const latest = new Map<Setting, Outcome>()
  const run = async (setting: Setting, until: number): Promise<Outcome> => {
    const before = latest.get(setting)
    if (before?.finished) return before
    progress.start(`${plan.id}, setting ${setting.id} of ${settings.length}`, {
      ...place,
      brief: true,
      until,
    })
    const tried = await trySetting(withValues(plan, setting.values), until, {
      at: folders.model(setting.id),
      teacher,
      bench,
    })
    progress.end()
    if (tried === null) throw new Stopped()
    const outcome = { setting, ...tried }
    progress.say(`${plan.id}: ${inWords(outcome, protocol.select)}`)
    latest.set(setting, outcome)
    return outcome
  }
  try {
    await successiveHalving({ trials: settings, rungs: ladder(config), run, order: byQuality })
    await run(settings[0], config.epochs)
    for (;;) {
      const [best] = byQuality([...latest.values()])
      if (best.valid === null)
        throw new NumericError(
          `${plan.id}: training failed with every setting; give other ranges of lr or lambda (tune.ranges.${name}): ${withoutName(best)}`,
        )
      if (best.finished) {
        takeTraining(folders.model(best.setting.id), folder.model(plan.id))
        const tuned = { select: protocol.select, chosen: best, tried: [...latest.values()] }
        folders.write('tuned.json', JSON.stringify(tuned, null, 1) + '\n')
        folder.log({ model: plan.id, type: 'tuned', ...best })
        return tuned
      }
      await run(best.setting, config.epochs)
    }
  } catch (error) {
    if (error instanceof Stopped) return null
    throw error
  }
}

/** What was found for a model; null when its search is not over. */
export function readTuned(folder: RunFolder, name: string): Tuned | null {
  const path = join(folder.path, 'tune', name, 'tuned.json')
  if (!existsSync(path)) return null
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Tuned
  } catch {
    throw new InputError(`${path}: not readable as JSON; delete it, and it is made again`)
  }
}

/** The best first; of equals the one that was drawn first. Failed ones are last. */
function byQuality(outcomes: readonly Outcome[]): readonly Outcome[] {
  const key = ({ valid }: Outcome) => valid ?? -Infinity
  return [...outcomes].sort((a, b) => key(b) - key(a) || (a.setting.id < b.setting.id ? -1 : 1))
}

/** Checkpoints of tens of settings are large; numbers and curves stay. */
export function forgetTraining(folder: RunFolder, name: string): void {
  const path = join(folder.path, 'tune', name)
  for (const file of readdirSync(path, { recursive: true }).map(String))
    if (file.endsWith('.ckpt')) rmSync(join(path, file))
}

/** Why training failed; the lines it stands in begin with the student already. */
function withoutName({ failed = '' }: Tried): string {
  return failed.replace(/^[^:]*: /, '')
}

function inWords({ setting: { id, values }, ...tried }: Outcome, select: string): string {
  const { valid, epochs } = tried
  const said = Object.entries(values).map(([key, value]) => `${key} ${value}`)
  const what = said.length === 0 ? 'as configured' : said.join(', ')
  const came =
    valid === null ? `failed: ${withoutName(tried)}` : `valid ${select} ${short(valid)} by epoch ${epochs}`
  return `setting ${id} (${what}): ${came}`
}
