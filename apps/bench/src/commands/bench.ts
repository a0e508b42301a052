import { InputError } from '@recdistill/core'
import { Command, Option } from 'commander'
import { loadCatalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'
import { fileLayer } from '../config/file.ts'
import { speaker, type Layer } from '../config/layer.ts'
import { isGroup, mergeLayers } from '../config/merge.ts'
import { resolveConfig, teacherSource } from '../config/resolve.ts'
import { setLayer } from '../config/set.ts'
import { configYaml } from '../config/write.ts'
import type { Io } from '../io.ts'
import { execute } from '../run/execute.ts'
import { createRunFolder, freePath } from '../run/run-folder.ts'
import { describeTeacher } from '../run/teacher-cache.ts'
import { flagsLayer } from './flags-layer.ts'
import { withConfig, withSource, withTeacher } from './source-options.ts'

export function benchCommand(io: Io, done: (code: number) => void): Command {
  const command = new Command('bench')
    .description(
      'Trains a teacher, a student from scratch and a student per method; measures, compares and reports.',
    )
    .option('--teacher <backbone:dim>', 'e.g. mf:400; a file or package of your own: ./my-model.mjs:64')
    .option('--teachers <models>', 'several that teach together: mf:64,lightgcn:64')
    .option('--student <backbone:dim>', 'e.g. mf:20, or as --teacher')
    .option('--methods <names>', 'comma-separated names, files or packages; all; none')
    .option('--baselines <names>', 'models to compare with: popularity,item-knn,ease,ials:64')
    .option('--seeds <n>', 'how many seeds, from 0; or those of a list: 0,1,2')
    .option('--epochs <n>', 'most epochs of a model')
    .option('--patience <n>', 'validations without a better one before a model is done')
    .option('--tune <n>', 'settings tried for each student, alone and with each method, on validation data')
    .option('--validate-every <n>', 'epochs from one validation to the next')
    .option('--snapshot-every <n>', 'epochs from one kept snapshot of the teacher to the next')
    .option('--sparse-adam', 'steps for the rows of a batch alone: for millions of users and items')
    .option('--protocol <name>', 'how rankings become numbers (see: recdistill list protocols)')
    .option('--device <name>', 'cpu, tensorflow, gpu or auto (see: recdistill doctor); cpu when not given')
    .option('--threads <n>', 'threads of the engine; all cores when not given, and no result depends on it')
    .option('--out <folder>', 'a new folder for everything this run writes (default: runs/TIME-DATASET)')
    .option('--save-rankings', 'write the rankings of every model as Parquet')
    .option('--follow-test', 'measure the test part at each validation too, for curves only')
    .option(
      '--keep-going',
      'report a student or baseline that meets NaN as failed and go on with the next (exit code 3 at the end)',
    )
    .option('--checkpoint-every <seconds>', 'from one checkpoint to the next')
    .option('--json', 'print the result as JSON on stdout, and nothing else there')
    .addOption(noCache())
  return withTeacher(withConfig(withSource(command))).action(async (flags: Flags) => {
    const catalogue = await loadCatalogue()
    const layers = layersOf(flags)
    const config = await resolveConfig(layers, catalogue)
    const makeFolder = (name: string, chosen: Config) => {
      return createRunFolder(flags.out ?? freePath(name), configYaml(chosen))
    }
    done(await execute({ config, catalogue, io, json: flags.json === true, makeFolder }))
  })
}

interface Flags {
  readonly config?: string
  readonly set?: readonly string[]
  readonly out?: string
  readonly json?: boolean
}

/** A switch of its own: by its name the parser takes it for the opposite of `--cache FOLDER`, and the last of both would be all it knows. */
function noCache(): Option {
  const option = new Option('--no-cache', 'neither take teachers from the cache nor keep new ones')
  option.negate = false
  return option
}

/** Lowest first: file, flags, --set; what another run's teacher is cannot be overruled. */
export function layersOf(flags: Flags): Layer[] {
  const layers = [...(flags.config === undefined ? [] : [fileLayer(flags.config)]), flagsLayer({ ...flags })]
  const set = setLayer(flags.set ?? [])
  layers.push(set)
  const source = givenTeacher(layers)
  const { teacher: asked } = set.values
  if (source !== null && isGroup(asked))
    throw new InputError(
      `--set teacher.${Object.keys(asked)[0]}: the teacher is that of ${source.from}, as it is; leave it out, or train one with --teacher`,
    )
  if (source?.kind !== 'run') return layers
  const { from } = source
  const { backbone, backboneFrom, optimizer, imported } = describeTeacher(from)
  // That run had its teacher from elsewhere: so has this.
  if (imported)
    return [
      ...layers,
      { values: { teacherFrom: imported.source }, speak: () => `teacher of ${from}: teacherFrom` },
    ]
  const { sparse: _ofAllModels, ...training } = optimizer
  const teacher = {
    backbone: backboneFrom ?? backbone.name,
    dim: backbone.dim,
    ...backbone.params,
    ...training,
  }
  return [
    ...layers,
    { values: { teacher, teacherFrom: { ...source } }, speak: speaker(`teacher of ${from}`) },
  ]
}

/** Wrong kinds of values are left to the schema, which says so better. */
function givenTeacher(layers: readonly Layer[]): ReturnType<typeof teacherSource> {
  const said = (value: unknown) => (typeof value === 'string' || isGroup(value) ? value : undefined)
  const { teacherFrom } = mergeLayers(
    layers.map(({ values: { teacher, teachers, teacherFrom }, speak }) => ({
      values: { teacher: said(teacher), teachers, teacherFrom: said(teacherFrom) },
      speak,
    })),
  )
  const from = isGroup(teacherFrom) ? teacherFrom.from : undefined
  return typeof from === 'string' ? teacherSource({ teacherFrom }) : null
}
