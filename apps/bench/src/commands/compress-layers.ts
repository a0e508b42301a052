import { InputError } from '@recdistill/core'
import { absolutePaths } from '../config/absolute-paths.ts'
import type { Layer } from '../config/layer.ts'
import { isGroup } from '../config/merge.ts'
import { layersOf } from './bench.ts'

/** What `compress` is told on the command line. */
export interface CompressFlags {
  readonly budget?: string
  readonly latency?: string
  readonly keep?: string
  readonly students: string
  readonly dims?: string
  readonly trials: string
  readonly epochs: string
  readonly patience: string
  readonly refine: string
  readonly parallel: string
  readonly teacherEpochs?: string
  readonly seed?: string
  readonly config?: string
  readonly set?: readonly string[]
  readonly out?: string
  readonly json?: boolean
}

/** What a compression settles itself. The configuration of a run may say it; who types it expects something of it. */
const settled = {
  tune: 'it searches settings anyway, and --trials says how many students are tried',
  'student.dim': 'use --dims',
  baselines: 'compare with them by recdistill bench',
  saveRankings: 'export the student --to recommendations',
  followTest: 'it looks at the test part once, at the end',
  keepGoing: 'it always goes on where a student fails',
}

/** As of `bench`; `--epochs` and `--patience` are of the students here, and the teacher has the configuration's. */
export function layersOfCompress({ epochs: _epochs, patience: _patience, ...flags }: CompressFlags): Layer[] {
  for (const assignment of flags.set ?? [])
    for (const [key, instead] of Object.entries(settled))
      if (`${assignment.split('=')[0].trim()}.`.startsWith(`${key}.`))
        throw new InputError(`--set ${key}: a compression does nothing with it; ${instead}`)
  return layersOf({
    ...flags,
    ...(flags.teacherEpochs === undefined ? {} : { epochs: flags.teacherEpochs }),
    ...(flags.seed === undefined ? {} : { seeds: `${flags.seed},` }),
  })
}

/** A student of another kind than the configuration's has none of its parameters. */
export function kindLayer(given: string, layers: readonly Layer[]): Layer {
  const { student } = absolutePaths({ student: { backbone: given } }, process.cwd())
  const { backbone: kind } = student as { backbone: string }
  const said = layers.flatMap(({ values }) => (isGroup(values.student) ? [values.student] : []))
  for (const { backbone } of said)
    if (typeof backbone === 'string' && backbone !== kind)
      throw new InputError(
        `--students: the configuration has settings of a student "${backbone}" and ${kind} is asked for; leave them out`,
      )
  return { values: { student }, speak: () => '--students' }
}
