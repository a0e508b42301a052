import { readTarget } from '@recdistill/compress'
import { InputError } from '@recdistill/core'
import { Command } from 'commander'
import { loadCatalogue } from '../catalogue.ts'
import { openCompressFolder, readPlan } from '../compress/compress-folder.ts'
import { makePlan } from '../compress/make-plan.ts'
import { configOf, teacherValues } from '../compress/plan.ts'
import { runCompress } from '../compress/run-compress.ts'
import { teachable } from '../compress/teachable.ts'
import { numberFlag } from './number-flag.ts'
import type { Config } from '../config/config.ts'
import { resolveConfig } from '../config/resolve.ts'
import { fixedOf } from '../config/said.ts'
import { line, type Io } from '../io.ts'
import { checkFit } from '../run/check-fit.ts'
import { fittingTeacher } from '../run/check-teacher.ts'
import { freePath } from '../run/run-folder.ts'
import { kindLayer, layersOfCompress, type CompressFlags } from './compress-layers.ts'
import { withConfig, withSource, withTeacher } from './source-options.ts'

export function compressCommand(io: Io, done: (code: number) => void): Command {
  const command = new Command('compress')
    .description(
      'Searches the smallest student that keeps a share of a teacher, or the best one within a size or a latency.',
    )
    .option('--keep <share>', 'smallest student with this share of the teacher’s quality, e.g. 0.98 or 98%')
    .option('--budget <size>', 'best student whose tables take no more, e.g. 5MB or 512KiB')
    .option('--latency <time>', 'best student that ranks the catalogue for a user in no more, e.g. 2ms')
    .option('--teacher <backbone:dim>', 'e.g. mf:64')
    .option('--teachers <models>', 'several that teach together: mf:64,lightgcn:64')
    .option('--students <backbones>', 'kinds of student: names, files or packages', 'mf,lightgcn')
    .option('--methods <names>', 'comma-separated names, files or packages that teach; all')
    .option(
      '--dims <numbers>',
      'lengths of an embedding, e.g. 8,16,32; those that suit the target when not given',
    )
    .option('--trials <n>', 'students that are begun', '16')
    .option('--epochs <n>', 'most epochs of a student', '90')
    .option('--patience <n>', 'validations without a better one before a student is done', '10')
    .option('--refine <n>', 'students at sizes between, tried at the end to make the choice smaller', '2')
    .option('--teacher-epochs <n>', 'most epochs of the teacher')
    .option(
      '--parallel <n>',
      'students trained at a time, each in a process with its share of the threads',
      '1',
    )
    .option('--seed <n>', 'of the search and of training')
    .option('--protocol <name>', 'how rankings become numbers (see: recdistill list protocols)')
    .option('--device <name>', 'cpu, tensorflow, gpu or auto (see: recdistill doctor); cpu when not given')
    .option('--threads <n>', 'threads in all; all cores when not given, and no result depends on it')
    .option('--out <folder>', 'folder of the compression; the same command again goes on there')
    .option('--json', 'print the result as JSON on stdout, and nothing else there')
  return withTeacher(withConfig(withSource(command))).action(async (flags: CompressFlags) => {
    const target = readTarget(flags)
    const whole = (flag: keyof CompressFlags & string, minimum: number) =>
      numberFlag(`--${flag}`, String(flags[flag]), { type: 'integer', minimum })
    const settings = {
      target,
      dims: dimsOf(flags.dims),
      trials: whole('trials', 1),
      epochs: whole('epochs', 1),
      patience: whole('patience', 1),
      refine: whole('refine', 0),
    }
    const parallel = whole('parallel', 1)
    const catalogue = await loadCatalogue()
    const layers = layersOfCompress(flags)
    const configs: Config[] = []
    for (const kind of kindsOf(flags.students))
      configs.push(await resolveConfig([...layers, kindLayer(kind, layers)], catalogue))
    const code = await runCompress({
      config: configs[0],
      catalogue,
      io,
      json: flags.json === true,
      parallel,
      async begin(prepared) {
        const { split, engine, imported } = prepared
        const suited: Config[] = []
        const changes = new Set<string>()
        for (const config of configs) {
          const fitting = await checkFit(teachable(config, catalogue), { catalogue, split })
          const fit = await fittingTeacher(fitting, { imported }, { catalogue, split, engine })
          suited.push(fit.config)
          for (const change of fit.config.lowered) changes.add(change)
          for (const problem of fit.leftOut) changes.add(`left out: ${problem}`)
        }
        for (const change of changes) line(io.stderr, change)
        const plan = await makePlan(
          suited,
          { ...settings, fixed: (method) => fixedOf(layers, method) },
          { catalogue, split, engine, teacherDim: imported?.model.dim ?? dimOf(configs[0]) },
        )
        const path = flags.out ?? freePath(`compress-${split.manifest.dataset}`)
        return { plan, folder: openCompressFolder(path, plan) }
      },
    })
    done(code)
  })
}

/** Goes on with a compression, as `resume` does with a run. */
export async function resumeCompress(
  folder: string,
  { io, threads, json, parallel = 1 }: { io: Io; threads: number | null; json: boolean; parallel?: number },
): Promise<number> {
  const catalogue = await loadCatalogue()
  const plan = readPlan(folder)
  const config = { ...(await configOf(teacherValues(plan), catalogue)), threads }
  const begin = () => Promise.resolve({ plan, folder: openCompressFolder(folder, plan) })
  return runCompress({ config, catalogue, io, json, parallel, begin })
}

/** Of the widest, where several teach together. */
function dimOf({ teacher, teachers }: Config): number {
  return Math.max(...(teachers.length === 0 ? [teacher] : teachers).map(({ dim }) => dim))
}

function kindsOf(text: string): readonly string[] {
  const kinds = [...new Set(text.split(',').map((kind) => kind.trim()))].filter((kind) => kind !== '')
  if (kinds.length === 0) throw new InputError('--students: expected names of backbones, e.g. mf,lightgcn')
  return kinds
}

function dimsOf(text: string | undefined): readonly number[] | null {
  if (text === undefined) return null
  const dims = text.split(',').map((dim) => numberFlag('--dims', dim, { type: 'integer', minimum: 1 }))
  return [...new Set(dims)].sort((a, b) => a - b)
}
