import {
  armOf,
  drawTrials,
  precisions,
  rungsOf,
  sizesFor,
  tableBytes,
  type Arm,
  type Target,
  type Trial,
} from '@recdistill/compress'
import { createRng, InputError, type Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { checkParams, type Backbone } from '@recdistill/plugin'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'
import { version } from '../version.ts'
import { configOf, sharedValues, valuesOfTrial, type CompressPlan } from './plan.ts'

/** What the person said of the search; null leaves it to us. */
export interface SearchSettings {
  readonly target: Target
  readonly dims: readonly number[] | null
  readonly trials: number
  readonly epochs: number
  readonly patience: number
  readonly refine: number
  /** Settings of a method that were said, so that they are not searched. */
  readonly fixed: (method: string) => readonly string[]
}

export interface PlanContext {
  readonly catalogue: Catalogue
  readonly split: Split
  readonly engine: Engine
  /** Length of the teacher's vectors; 0 where it has none. */
  readonly teacherDim: number
}

/** Students are no larger than this where the teacher has no vectors to compare with. */
const largestWithoutTeacher = 128

/**
 * Settles what is searched: for every kind of student (one configuration each) and every method of it the ranges of its settings,
 * then sizes that suit the target, then the students.
 * @throws InputError for a kind or method that cannot be, or a budget that holds nothing.
 */
export async function makePlan(
  configs: readonly Config[],
  settings: SearchSettings,
  { catalogue, split, engine, teacherDim }: PlanContext,
): Promise<CompressPlan> {
  const { target, trials: count, epochs, patience, refine, fixed } = settings
  const rows = split.numUsers + split.numItems
  const arms: Arm[] = []
  const references: Record<string, string> = {}
  const extraColumns: Record<string, number> = {}
  for (const config of configs) {
    const kind = config.student.backbone
    extraColumns[kind] = columnsBeyondDim(config, { catalogue, split, engine })
    for (const { name, reference, lambda, params } of config.methods) {
      references[name] = reference
      arms.push(armOf({ kind, method: name, lambda, params, fixed: fixed(name) }))
    }
  }
  const largest = teacherDim > 0 ? teacherDim : largestWithoutTeacher
  const widest = Math.max(...Object.values(extraColumns))
  const dims = settings.dims ?? sizesFor(target, { rows, largest })
  const fitting = dims.filter((dim) => target.goal !== 'budget' || fits(dim + widest, rows, target.bytes))
  if (fitting.length === 0)
    throw new InputError(
      `--dims: no student of ${dims.join(', ')} numbers a row fits the budget in any precision; give a smaller size, or a larger budget`,
    )
  const plan: CompressPlan = {
    schema: 1,
    version,
    target,
    trials: drawTrials({ arms, dims: fitting }, Math.max(count, arms.length), configs[0].seeds[0]),
    rungs: rungsOf({ trials: Math.max(count, arms.length), epochs }),
    patience,
    sizes: Array.from({ length: Math.max(...fitting) }, (_, n) => n + 1).filter((dim) => dim % 2 === 0),
    refine: settings.dims === null ? refine : 0,
    extraColumns,
    references,
    configs: Object.fromEntries(configs.map((config) => [config.student.backbone, sharedValues(config)])),
  }
  const trials: Trial[] = []
  for (const trial of plan.trials) trials.push(await suiting(trial, plan, { catalogue, split }))
  return { ...plan, trials }
}

/** The same without drawn parameters that do not suit the data, such as lists longer than the catalogue. */
async function suiting(
  trial: Trial,
  plan: CompressPlan,
  { catalogue, split }: Pick<PlanContext, 'catalogue' | 'split'>,
): Promise<Trial> {
  const check = async (values: Trial['values']) => {
    const config = await configOf(valuesOfTrial(plan, { ...trial, values }), catalogue)
    const [{ reference, params }] = config.methods
    checkParams(await catalogue.method(reference), params, split)
  }
  try {
    await check(trial.values)
    return trial
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const usual = ['lr', 'lambda']
    const values = Object.fromEntries(Object.entries(trial.values).filter(([name]) => usual.includes(name)))
    await check(values)
    return { ...trial, values }
  }
}

function fits(columns: number, rows: number, bytes: number): boolean {
  return precisions.some((precision) => tableBytes(rows, columns, precision) <= bytes)
}

/** Biases of items are a column of what is deployed. @throws InputError when it has no vectors to deploy. */
function columnsBeyondDim(
  { student: { backbone, dim, params } }: Config,
  { catalogue, split, engine }: Pick<PlanContext, 'catalogue' | 'split' | 'engine'>,
): number {
  const definition = catalogue.backbones.find(backbone)
  const refuse = (why: string) =>
    new InputError(`--students: ${backbone} ${why}; take others, such as mf or lightgcn`)
  if (definition.trains === 'once') throw refuse('is trained at once, so no method can teach it')
  const optimizer = { lr: 0, weightDecay: 0 }
  const rng = createRng(0)
  const model: Backbone = definition.create({ split, dim, optimizer, rng, engine, trainable: false }, params)
  try {
    if (model.dim === 0) throw refuse('has no vectors that meet in a dot product, so no tables to deploy')
    const { biases } = model.state().parameters as { biases?: Float32Array }
    return model.dim - dim + (biases?.length === split.numItems ? 1 : 0)
  } finally {
    model.dispose()
  }
}
