import { Command, Option } from 'commander'
import { join } from 'node:path'
import { loadCatalogue } from '../catalogue.ts'
import { fileLayer } from '../config/file.ts'
import type { Layer } from '../config/layer.ts'
import { resolveConfig } from '../config/resolve.ts'
import { setLayer } from '../config/set.ts'
import { configYaml } from '../config/write.ts'
import type { Io } from '../io.ts'
import { execute } from '../run/execute.ts'
import { createRunFolder } from '../run/run-folder.ts'
import { describeTeacher } from '../run/teacher-cache.ts'
import { flagsLayer } from './flags-layer.ts'
import { withConfig, withSource } from './source-options.ts'

export function benchCommand(io: Io, done: (code: number) => void): Command {
  const command = new Command('bench')
    .description(
      'Trains a teacher, a student from scratch and a student per method; measures, compares and reports.',
    )
    .option('--teacher <backbone:dim>', 'e.g. mf:400')
    .option('--student <backbone:dim>', 'e.g. mf:20')
    .option('--methods <names>', 'comma-separated names, files or packages; all; none')
    .option('--baselines <names>', 'models to compare with: popularity,item-knn,ease,ials:64')
    .option('--seeds <n>', 'how many seeds, from 0; or those of a list: 0,1,2')
    .option('--epochs <n>', 'most epochs of a model')
    .option('--patience <n>', 'validations without a better one before a model is done')
    .option('--validate-every <n>', 'epochs from one validation to the next')
    .option('--snapshot-every <n>', 'epochs from one kept snapshot of the teacher to the next')
    .option('--protocol <name>', 'how rankings become numbers (see: recdistill list protocols)')
    .option('--device <name>', 'cpu, tensorflow, gpu or auto (see: recdistill doctor); cpu when not given')
    .option('--threads <n>', 'threads of the engine; all cores when not given, and no result depends on it')
    .option('--teacher-from <folder>', 'an earlier run whose teacher is used')
    .option('--out <folder>', 'a new folder for everything this run writes (default: runs/TIME-DATASET)')
    .option('--save-rankings', 'write the rankings of every model as Parquet')
    .option('--follow-test', 'measure the test part at each validation too, for curves only')
    .option('--checkpoint-every <seconds>', 'from one checkpoint to the next')
    .option('--json', 'print the result as JSON on stdout, and nothing else there')
    .addOption(new Option('--no-cache', 'neither take teachers from the cache nor keep new ones'))
  return withConfig(withSource(command)).action(async (flags: Flags) => {
    const catalogue = await loadCatalogue()
    const layers = layersOf(flags)
    const config = await resolveConfig(layers, catalogue)
    const makeFolder = (name: string) => {
      const path = flags.out ?? join('runs', `${timestamp()}-${name}`)
      return createRunFolder(path, configYaml(config))
    }
    done(await execute({ config, catalogue, io, json: flags.json === true, makeFolder }))
  })
}

interface Flags {
  readonly config?: string
  readonly set?: readonly string[]
  readonly out?: string
  readonly json?: boolean
  readonly teacherFrom?: string
}

/** Lowest first: file, flags, --set; what another run's teacher is cannot be overruled. */
function layersOf(flags: Flags): Layer[] {
  const layers = [...(flags.config === undefined ? [] : [fileLayer(flags.config)]), flagsLayer({ ...flags })]
  layers.push(setLayer(flags.set ?? []))
  const from = layers.findLast(({ values }) => values.teacherFrom !== undefined)?.values.teacherFrom
  if (typeof from !== 'string') return layers
  const { backbone, optimizer } = describeTeacher(from)
  const teacher = { backbone: backbone.name, dim: backbone.dim, ...backbone.params, ...optimizer }
  return [...layers, { values: { teacher }, speak: (path) => `teacher of ${from}: ${path.join('.')}` }]
}

function timestamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(':', '-')
}
