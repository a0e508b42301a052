import type { Rung, Target, Trial } from '@recdistill/compress'
import type { Config } from '../config/config.ts'
import { speaker } from '../config/layer.ts'
import { resolveConfig } from '../config/resolve.ts'
import { configValues } from '../config/write.ts'
import type { Catalogue } from '../catalogue.ts'

type Values = Readonly<Record<string, unknown>>

/** All that a compression will do, settled before it begins and kept in its folder: a resume needs nothing else. */
export interface CompressPlan {
  readonly schema: 1
  readonly version: string
  readonly target: Target
  readonly trials: readonly Trial[]
  readonly rungs: readonly Rung[]
  readonly patience: number
  /** Sizes worth trying between two that were. */
  readonly sizes: readonly number[]
  /** Students trained at the end to make the choice smaller. */
  readonly refine: number
  /** Columns of the deployed tables beyond `dim`, by kind of student. */
  readonly extraColumns: Readonly<Record<string, number>>
  /** What each method was loaded from: its own name, a file or a package. */
  readonly references: Readonly<Record<string, string>>
  /** The configuration for each kind of student: data, protocol, teacher, and the methods' own values. */
  readonly configs: Readonly<Record<string, Values>>
}

/** The configuration of one student, as `recdistill bench --config` takes it. */
export function valuesOfTrial(plan: CompressPlan, trial: Trial): Values {
  const { configs, references, rungs, patience } = plan
  const base = configs[trial.kind]
  return {
    ...withoutMethods(plan, trial.kind),
    // the student from scratch learns at the same rate
    student: { ...(base.student as Values), dim: trial.dim, ...rateOf(trial) },
    methods: [references[trial.method]],
    [trial.method]: { ...(base[trial.method] as Values), ...trial.values },
    epochs: rungs[rungs.length - 1].epochs,
    patience,
    validateEvery: 1,
    followTest: false,
  }
}

/** The configuration under which the teacher is trained. */
export function teacherValues(plan: CompressPlan): Values {
  return { ...withoutMethods(plan, plan.trials[0].kind), methods: 'none', baselines: undefined }
}

/** Settings of a method are known where the method is loaded, and nowhere else. */
function withoutMethods({ configs, references }: CompressPlan, kind: string): Values {
  return Object.fromEntries(Object.entries(configs[kind]).filter(([key]) => !Object.hasOwn(references, key)))
}

function rateOf({ values: { lr } }: Trial): Values {
  return lr === undefined ? {} : { lr }
}

export function configOf(values: Values, catalogue: Catalogue): Promise<Config> {
  const said = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
  return resolveConfig([{ values: said, speak: speaker('compress.json') }], catalogue)
}

/** Values of a configuration that students of one kind share. */
export function sharedValues(config: Config): Values {
  const {
    threads: _threads,
    saveRankings: _save,
    keepGoing: _keepGoing,
    ...values
  } = configValues({
    ...config,
    baselines: [],
    tune: null, // it searches settings itself
  })
  return values
}
