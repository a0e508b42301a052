import type { Model } from '@recdistill/plugin'
import type { Config, TuneConfig } from '../config/config.ts'
import { trainingKeys } from '../config/schema.ts'
import { configYaml } from '../config/write.ts'
import type { Bench } from '../run/bench.ts'
import type { Plan } from '../run/plan.ts'
import { shownPath } from '../shown-path.ts'
import { drawSettings, nameOf, valuesOf, withValues, type Drawn } from './settings.ts'
import { forgetTraining, ladder, readTuned, tuneModel } from './tune-model.ts'

/** Finds settings for the models of a run, each once for all seeds. */
export interface Tuner {
  /** The model with the settings that were found for it; null when the search was stopped. */
  tuned(
    plan: Plan,
    context: { teacher: Model | null; place: { number: number; of: number } },
  ): Promise<Plan | null>
  /** The configuration with everything that was found; `tuned.yaml` is the same without the search. */
  finish(): Config
}

/**
 * Null where nothing is to be tuned.
 * @throws InputError for a setting that a method does not take, before anything is trained.
 */
export async function createTuner(plans: readonly Plan[], bench: Bench): Promise<Tuner | null> {
  const { config, catalogue, folder, split, progress } = bench
  const { tune } = config
  if (tune === null) return null
  const all = new Map<string, Drawn>()
  for (const plan of plans) {
    const ranges = tune.ranges[nameOf(plan)]
    if (all.has(nameOf(plan)) || ranges === undefined || Object.keys(ranges).length === 0) continue
    const definition = plan.method && (await catalogue.method(plan.method.reference))
    all.set(nameOf(plan), drawSettings(plan, ranges, { trials: tune.trials, definition, split }))
  }
  const steps = ladder(config).map(({ trials, epochs }) => `${trials} to epoch ${epochs}`)
  const names = [...all.keys()]
  const whom = names.length === 1 ? names[0] : `each of ${names.join(', ')}`
  progress.say(`settings tried for ${whom}: ${steps.join(', then ')}`)
  for (const [name, drawn] of all)
    for (const note of drawnInWords(drawn, tune.trials)) progress.say(`${name}: ${note}`)
  for (const note of unequal(tune.ranges)) progress.say(note)

  return {
    async tuned(plan, { teacher, place }) {
      const name = nameOf(plan)
      const settings = all.get(name)?.settings
      if (settings === undefined) return plan
      const found = readTuned(folder, name) ?? (await tuneModel(plan, settings, { teacher, bench, place }))
      if (found === null) return null
      forgetTraining(folder, name)
      const searched = Object.keys(tune.ranges[name])
      const tried = found.tried.map(({ setting: { values }, valid, epochs }) =>
        Object.keys(values).length > 0
          ? { values, valid, epochs }
          : { values: valuesOf(plan, searched), valid, epochs, configured: true },
      )
      return { ...withValues(plan, found.chosen.setting.values), tried }
    },
    finish() {
      const found = tunedConfig(plans, bench)
      folder.write('tuned.yaml', configYaml({ ...found, tune: null }))
      progress.say(`what was found, as a configuration: ${shownPath(folder.path)}/tuned.yaml`)
      return found
    },
  }
}

function drawnInWords({ settings, unsuited }: Drawn, trials: number): string[] {
  const notes: string[] = []
  if (unsuited.length > 0)
    notes.push(
      `in ${unsuited.length} of ${trials} settings a value does not suit the data and stays as configured: ${unsuited[0]}`,
    )
  if (settings.length < trials)
    notes.push(
      settings.length === 1
        ? 'nothing of it is searched; it is trained as configured'
        : `${settings.length} different settings are all that its ranges gave`,
    )
  return notes
}

/** Students that are not searched for what others are: a comparison with them is not of the methods alone. */
function unequal({ teacher: _, ...students }: TuneConfig['ranges']): string[] {
  const every = trainingKeys.filter((key) => Object.values(students).some((of) => key in of))
  return Object.entries(students).flatMap(([name, of]) => {
    const missing = every.filter((key) => !(key in of))
    return missing.length === 0
      ? []
      : [
          `${name}: ${missing.join(' and ')} as configured, while searched for others; give it ranges of them for a fair comparison`,
        ]
  })
}

function tunedConfig(plans: readonly Plan[], { config, folder }: Bench): Config {
  const found = plans.map((plan) =>
    withValues(plan, readTuned(folder, nameOf(plan))?.chosen.setting.values ?? {}),
  )
  const of = (name: string) => found.find((plan) => nameOf(plan) === name)
  return {
    ...config,
    teacher: of('teacher')?.model ?? config.teacher,
    student: of('scratch')?.model ?? config.student,
    methods: config.methods.map((method) => of(method.name)?.method ?? method),
  }
}
