import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import {
  chosenSheet,
  compressHtml,
  compressMarkdown,
  frontSheet,
  search,
  targetInWords,
  type Chosen,
  type CompressResult,
  type Judge,
  type SearchOutcome,
} from '@recdistill/compress'
import { NumericError, type EvalProtocol, type ModelRun, type Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { sheetText } from '@recdistill/report'
import type { ImportedTeacher } from '@recdistill/teachers'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'
import { line, type Io } from '../io.ts'
import { duration, short } from '../progress/format.ts'
import { createProgress } from '../progress/progress.ts'
import { cacheFolder } from '../run/cache-folder.ts'
import { introduce, quoted, startEngine } from '../run/execute.ts'
import { fitProtocol } from '../run/fit-protocol.ts'
import { openImported } from '../run/imported-teacher.ts'
import { runBench } from '../run/run-bench.ts'
import { foldersAt } from '../run/run-folder.ts'
import { prepareSource } from '../run/source.ts'
import { finish } from './finish.ts'
import { judgeOf } from './judge.ts'
import { localRunner, TrialKilled } from './local-runner.ts'
import { configOf, teacherValues, valuesOfTrial, type CompressPlan } from './plan.ts'
import { createSearchProgress } from './search-progress.ts'

/** What everything after the preparation reads. */
export interface Compression {
  readonly plan: CompressPlan
  /** Of the compression. */
  readonly folder: string
  readonly catalogue: Catalogue
  readonly split: Split
  readonly protocol: EvalProtocol
  readonly engine: Engine
  readonly imported: ImportedTeacher | null
  readonly cache: string
  readonly signal: { stop: boolean }
  readonly io: Io
}

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
export const targetMissed = 4

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
  const signal = { stop: false }
  const unlisten = io.onInterrupt(() => {
    if (signal.stop) process.exit(130)
    signal.stop = true
    say('stopping; students that are being trained save a checkpoint; once more to stop at once')
    abort.abort(new Stopped())
  })
  let imported: ImportedTeacher | null = null
  let place = ''
  try {
    imported = await openImported(config, { split, engine, cache, say })
    const { plan, folder } = await begin({ split, protocol, engine, imported })
    const before = foldersAt(folder).worked()
    const shown = relative(process.cwd(), folder)
    place = shown === '' || shown.startsWith('..') ? folder : shown
    introduce({ ...config, methods: [] }, split, say)
    describe(plan, place, say)
    for (const note of imported?.notes ?? []) say(`teacher: ${note}`)

    const all = { plan, folder, catalogue, split, protocol, engine, imported, cache, signal, io }
    const teacher = await prepareTeacher(all)
    say(`teacher: ${protocol.select} ${short(teacher.valid[protocol.select])} on validation data`)
    const judge = await judgeOf(all, teacher, say)
    const outcome = await searchStudents(all, judge, { abort, parallel, config })
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
    say(`stopped; go on with: recdistill resume ${quoted(place)}`)
    return killed ? 1 : 130
  } finally {
    unlisten()
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

/** Trained once, or taken from the cache or from elsewhere; measured. */
async function prepareTeacher(all: Compression): Promise<ModelRun> {
  const { plan, folder, io, protocol, catalogue } = all
  const folders = foldersAt(folder)
  const progress = createProgress(io.stderr, { select: protocol.select })
  // The record of a teacher has its test numbers, as in any run; nobody has to see them before the choice.
  const quiet = {
    ...progress,
    say: (text: string) => (/: test \S+@/.test(text) ? undefined : progress.say(text)),
  }
  const config = await configOf(teacherValues(plan), catalogue)
  const known = folders.model('teacher').finished()
  if (known === null || all.imported !== null) {
    const result = await runBench({ ...all, config, folder: folders, progress: quiet, roles: ['teacher'] })
    if (result === null) throw new Stopped()
    return result.models[0]
  }
  return known
}

async function searchStudents(
  { plan, folder, protocol, io }: Compression,
  judge: Judge,
  { abort, parallel, config }: { abort: AbortController; parallel: number; config: Config },
): Promise<SearchOutcome> {
  const progress = createSearchProgress(io.stderr, { select: protocol.select })
  const threads = Math.max(1, Math.floor((config.threads ?? availableParallelism()) / parallel))
  const log = foldersAt(folder).log
  const runner = localRunner({
    folder,
    threads,
    env: io.env,
    configOf: ({ until: _until, ...trial }) => valuesOfTrial(plan, trial),
  })
  try {
    return await search({
      trials: plan.trials,
      rungs: plan.rungs,
      judge,
      sizes: plan.sizes,
      refine: plan.refine,
      parallel,
      signal: abort.signal,
      onEvent(event) {
        progress.event(event)
        if (event.type !== 'progress') log({ ...event })
      },
      runner: {
        // One that cannot go on ends those beside it.
        run: (job, options) =>
          runner.run(job, options).catch((error: Error) => {
            abort.abort(error)
            throw error
          }),
      },
    })
  } finally {
    progress.end()
  }
}

function writeResults(folder: string, result: CompressResult): void {
  const files = foldersAt(folder)
  files.write('results.json', JSON.stringify(result, null, 1) + '\n')
  files.write('report.html', compressHtml(result))
  files.write('report.md', compressMarkdown(result))
}

function tell(
  result: CompressResult,
  { meets }: Chosen,
  { io, json, place }: { io: Io; json: boolean; place: string },
): void {
  const color = io.stdout.isTTY === true
  const { target } = result
  if (json) io.stdout.write(JSON.stringify(result) + '\n')
  else {
    line(io.stdout, sheetText(chosenSheet(result), { color }))
    line(io.stdout, `\n${sheetText(frontSheet(result), { color })}\n`)
  }
  const out = json ? io.stderr : io.stdout
  if (!meets)
    line(
      out,
      `the target was not met: no student that was tried is ${targetInWords(target).replace(/^the /, 'the ')}; this is the best`,
    )
  line(out, `took ${duration(result.seconds)}; report: ${place}/report.html`)
  line(out, `to deploy it: recdistill export ${quoted(place)} --to bundle`)
}
