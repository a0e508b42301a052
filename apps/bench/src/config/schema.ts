import { filterSchema, readOptionsSchema, splitRuleForms, splitRuleSchema } from '@recdistill/data'
import { devices } from '@recdistill/engine'
import type { AnyMethod, BackboneDefinition } from '@recdistill/plugin'
import { teacherSourceSchema } from '@recdistill/teachers'
import { z } from 'zod'

/** What has names and parameters of its own in a configuration. */
export interface Definitions {
  readonly methods: readonly AnyMethod[]
  readonly backbones: readonly BackboneDefinition[]
}

/**
 * A configuration file, one layer of it: every key may be absent. `--set a.b=v` is the YAML `a: { b: v }`.
 * Parameters of every method and backbone come from their own declarations.
 */
export function layerSchema({ methods, backbones }: Definitions) {
  const training = {
    lr: z.number().positive().optional().describe('learning rate of Adam'),
    weightDecay: z.number().min(0).optional().describe('coupled L2'),
    batch: z.int().min(1).optional().describe('training pairs a step'),
    negatives: z.int().min(1).optional().describe('unseen items per training pair'),
  }
  const parametersOf = (definition: { params: z.ZodObject }) => definition.params.partial().shape
  const backbone = z.strictObject({
    backbone: z.string().optional().describe('name of the backbone'),
    dim: z.int().min(1).max(65536).optional().describe('length of an embedding'),
    ...training,
    ...sharedShape(backbones.map(parametersOf)),
  })
  const model = z.union([z.string().describe('backbone:dim, e.g. mf:400'), backbone])
  const method = (definition: AnyMethod) =>
    z
      .strictObject({
        ...parametersOf(definition),
        lambda: z.number().min(0).optional().describe('weight of the distillation term'),
        ...training,
      })
      .optional()
      .describe(`settings of ${definition.name} (${definition.paper.title}, ${definition.paper.venue})`)
  const trials = z.int().min(2).max(1000)
  const scalar = z.union([z.number(), z.string(), z.boolean()])
  const range = z.union([z.string(), z.array(z.union([scalar, z.null()])).min(1)], {
    error: 'expected low..high, e.g. 0.001..0.1, or a list of values',
  })
  return z.strictObject({
    $schema: z.string().optional(),
    preset: z.string().optional().describe('a named set of values below this file'),
    dataset: z.string().optional().describe('a named data set, e.g. citeulike-t or synthetic:small'),
    data: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe('files of interactions; not together with dataset'),
    train: z.string().optional().describe('file of training interactions, when they are divided already'),
    valid: z.string().optional().describe('file of validation interactions'),
    test: z.string().optional().describe('file of test interactions'),
    name: z.string().min(1).optional().describe('what to call the files in results'),
    read: readOptionsSchema.optional().describe('how the files are read, where it cannot be told by looking'),
    skipEmptyIds: z.boolean().optional().describe('rows without a user or an item are left out'),
    where: z
      .record(z.string().min(1), z.union([z.string(), z.array(z.string()).min(1)]))
      .optional()
      .describe('values of columns that rows are chosen by, e.g. { event: [cart, purchase] }'),
    minRating: z.number().optional().describe('interactions rated below are dropped'),
    maxPerUser: z.int().min(1).optional().describe('users with more interactions are left out'),
    kCore: z
      .union([z.int().min(1), z.strictObject({ users: z.int().min(0), items: z.int().min(0) })])
      .optional()
      .describe('least interactions of a user and an item, iterated'),
    filters: z
      .array(filterSchema)
      .optional()
      .describe('in the order they are applied, before minRating, maxPerUser and kCore; where comes first'),
    split: z
      .union([z.string(), splitRuleSchema])
      .optional()
      .describe(`a named split of the data set, or a rule: ${splitRuleForms.join('  ')}`),
    splitSeed: z.int().min(0).optional().describe('seed of a random split'),
    dataDir: z.string().optional().describe('folder with local copies of data sets'),
    cache: z.string().optional().describe('folder for downloads, splits and teachers'),
    protocol: z
      .union([
        z.string(),
        z.strictObject({
          name: z.string().optional(),
          ks: z.array(z.int().min(1)).min(1).optional(),
          select: z.string().optional().describe('what early stopping watches, e.g. ndcg@10'),
          users: z.enum(['all', 'with-truth']).optional(),
          coldItems: z.enum(['keep', 'apart']).optional(),
          bdLegacyMetrics: z
            .boolean()
            .optional()
            .describe('protocol bd only: hits count one place late, as in its released code'),
        }),
      ])
      .optional()
      .describe('how rankings become numbers: a name, or a name with changed rules'),
    teacher: model.optional(),
    teachers: z
      .union([z.string(), z.array(model).min(2)])
      .optional()
      .describe('several that teach together, e.g. mf:64,lightgcn:64; in place of teacher'),
    student: model.optional(),
    methods: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('names, files or packages of methods; "all" or "none"'),
    baselines: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe(
        'models to compare with that no teacher teaches, backbone or backbone:dim, e.g. popularity,ials:64',
      ),
    seeds: z
      .union([z.int().min(1).max(1000), z.array(z.int().min(0)).min(1)])
      .optional()
      .describe('how many seeds (from 0), or a list of them'),
    epochs: z.int().min(1).optional().describe('most epochs of a model'),
    patience: z.int().min(1).optional().describe('validations without a better one before a model is done'),
    validateEvery: z.int().min(1).optional().describe('epochs from one validation to the next'),
    tune: z
      .union([
        trials,
        z.strictObject({
          trials: trials.optional(),
          ranges: z
            .record(z.string(), z.record(z.string(), range))
            .optional()
            .describe(
              'by scratch or the name of a method: values to choose from, or 0.001..0.1; beside the usual ones. teacher: it is searched too',
            ),
        }),
      ])
      .optional()
      .describe('settings tried for each student on validation data before it is trained'),
    snapshotEvery: z
      .int()
      .min(1)
      .optional()
      .describe(
        'epochs from one kept snapshot of the teacher to the next, for methods that learn from its training',
      ),
    device: z
      .enum(devices)
      .optional()
      .describe(
        'where the heavy work runs: cpu when absent; tensorflow and gpu need recdistill setup tensorflow',
      ),
    threads: z.int().min(1).max(256).optional().describe('threads of the engine; all cores when absent'),
    teacherFrom: z
      .union([z.string().min(1), teacherSourceSchema.partial()])
      .optional()
      .describe('an earlier run whose teacher is used, or files of a teacher that was trained elsewhere'),
    saveRankings: z.boolean().optional().describe('write the test rankings of every model as Parquet'),
    followTest: z.boolean().optional().describe('measure the test part at each validation, for curves only'),
    sparseAdam: z
      .boolean()
      .optional()
      .describe('a step of Adam is for the rows that have a gradient alone: for millions of users and items'),
    keepGoing: z
      .boolean()
      .optional()
      .describe(
        'a student or baseline that meets NaN is reported as failed, and the run goes on with the next',
      ),
    reuseTeachers: z.boolean().optional().describe('take teachers from the cache, and keep new ones there'),
    checkpointEvery: z.number().min(0).optional().describe('seconds from one checkpoint to the next'),
    ...Object.fromEntries(methods.map((definition) => [definition.name, method(definition)])),
  })
}

/** Parameters of several backbones in one group: of equal names, what any of them takes; which one is meant is checked later. */
function sharedShape(shapes: readonly z.ZodRawShape[]): z.ZodRawShape {
  const shared: Record<string, z.ZodType> = {}
  for (const shape of shapes)
    for (const [name, schema] of Object.entries(shape) as [string, z.ZodType][])
      shared[name] = name in shared ? z.union([shared[name], schema]) : schema
  return shared
}

/** Keys of a method or model that belong to training; the rest are parameters. */
export const trainingKeys = ['lr', 'weightDecay', 'batch', 'negatives'] as const
