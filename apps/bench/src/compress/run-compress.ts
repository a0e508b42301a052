import { targetInWords } from '@recdistill/compress'
import { NumericError } from '@recdistill/core'
import type { ImportedTeacher } from '@recdistill/teachers'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'
import { line, type Io } from '../io.ts'
import { short } from '../progress/format.ts'
import { cacheFolder } from '../run/cache-folder.ts'
import { introduce } from '../run/execute.ts'
import { releaseFolder } from '../run/claim-folder.ts'
import { fitProtocol } from '../run/fit-protocol.ts'
import { openImported } from '../run/imported-teacher.ts'
import { foldersAt } from '../run/run-folder.ts'
import { prepareSource } from '../run/source.ts'
import { startEngine } from '../run/start-engine.ts'
import { quoted, shownPath } from '../shown-path.ts'
import { stopSignal } from '../stop-signal.ts'
import type { Compression } from './compression.ts'
import { finish } from './finish.ts'
import { judgeOf } from './judge.ts'
import { TrialKilled } from './local-runner.ts'
import type { CompressPlan } from './plan.ts'
import { prepareTeacher } from './prepare-teacher.ts'
import { tell, writeResults } from './results.ts'
import { searchStudents } from './search-students.ts'
import { program } from '../program.ts'

export interface CompressOptions {
  /** Data, protocol, teacher and engine of the compression. */
  readonly config: Config
  readonly catalogue: Catalogue
  readonly io: Io
  readonly json: boolean
  /** Trials at a time. */
  readonly parallel: number
  /** Settles what will be done and where, once data and teacher are there. */
  begin(
    prepared: Pick<Compression, 'split' | 'protocol' | 'engine' | 'imported'>,
  ): Promise<Pick<Compression, 'plan' | 'folder'>>
}

/** Ended by Ctrl-C: everything done so far is in the folder. */
class Stopped extends Error {}

/** Exit code of a compression whose target no student met. */
const targetMissed = 4

/** Data, teacher, search, the final test, results: a compression to its exit code. */
export async function runCompress({
  config,
  catalogue,
  io,
  json,
  parallel,
  begin,
}: CompressOptions): Promise<number> {
  const warn = (text: string) => line(io.stderr, `recdistill: ${text}`)
  const say = (text: string) => line(io.stderr, text)
  const startedAt = new Date()
  const cache = cacheFolder(config.source.cache, io.env)
  const split = await prepareSource(config.source, { cache, io })
  const { protocol } = fitProtocol(config.protocol, { catalogue, split })
  const engine = await startEngine(config, warn)
  const abort = new AbortController()
  const signal = stopSignal(io, () => {
    say('stopping; students that are being trained save a checkpoint; once more to stop at once')
    abort.abort(new Stopped())
  })
  let imported: ImportedTeacher | null = null
  let claimed = ''
  try {
    imported = await openImported(config, { split, engine, cache, say })
    const { plan, folder } = await begin({ split, protocol, engine, imported })
    claimed = folder
    const before = foldersAt(folder).worked()
    const place = shownPath(folder)
    introduce({ ...config, methods: [] }, split, say)
    describe(plan, place, say)
    for (const note of imported?.notes ?? []) say(`teacher: ${note}`)

    const all = { plan, folder, catalogue, split, protocol, engine, imported, cache, signal, io }
    const teacher = await prepareTeacher(all)
    if (teacher === null) throw new Stopped()
    say(`teacher: ${protocol.select} ${short(teacher.valid[protocol.select])} on validation data`)
    const judge = await judgeOf(all, teacher, say)
    const outcome = await searchStudents(all, judge, { abort, parallel, threads: config.threads })
    const { chosen } = outcome
    if (chosen === null)
      throw new NumericError('compress: every student failed; lower the learning rates or lambdas by --set')
    say(
      `chosen: ${chosen.result.trial.id}, tables in ${chosen.candidate.precision}; now the student from scratch, and the final test`,
    )
    const result = await finish(all, { ...outcome, chosen }, teacher, { startedAt, before })
    if (result === null) throw new Stopped()
    writeResults(folder, result)
    foldersAt(folder).log({ type: 'finished' })
    tell(result, chosen, { io, json, place })
    return chosen.meets ? 0 : targetMissed
  } catch (error) {
    const killed = error instanceof TrialKilled
    if (!(error instanceof Stopped) && !killed) throw error
    if (killed) warn(error.message)
    say(`stopped; go on with: ${program} resume ${quoted(shownPath(claimed))}`)
    return killed ? 1 : 130
  } finally {
    signal.forget()
    releaseFolder(claimed)
    imported?.model.dispose()
    engine.dispose()
  }
}

function describe({ target, trials, rungs }: CompressPlan, place: string, say: (text: string) => void): void {
  const kinds = [...new Set(trials.map(({ kind }) => kind))]
  const methods = [...new Set(trials.map(({ method }) => method))]
  const dims = [...new Set(trials.map(({ dim }) => dim))].sort((a, b) => a - b)
  const ladder = rungs.map((rung) => `${rung.trials} to epoch ${rung.epochs}`).join(', then ')
  say(`looking for ${targetInWords(target)}, on validation data; folder ${place}`)
  say(
    `students: ${kinds.join(', ')} of ${dims.join(', ')} numbers a row, taught by ${methods.join(', ')}, tables in f32, f16, int8`,
  )
  say(`successive halving: ${ladder}`)
}
