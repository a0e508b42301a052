import type { Split } from '@recdistill/core'
import { inspectSplit } from '@recdistill/data'
import { sheetText, terminalTable } from '@recdistill/report'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'
import { suitedTune } from '../config/resolve-tune.ts'
import { line, type Io } from '../io.ts'
import { createProgress } from '../progress/progress.ts'
import { quoted, shownPath } from '../shown-path.ts'
import { stopSignal } from '../stop-signal.ts'
import { releaseFolder } from './claim-folder.ts'
import { checkFit } from './check-fit.ts'
import { fittingTeacher } from './check-teacher.ts'
import { cacheFolder } from './cache-folder.ts'
import { failuresInWords, withWayOn } from './failures.ts'
import { openImported } from './imported-teacher.ts'
import { rehearseOwn } from './rehearse-own.ts'
import { runBench } from './run-bench.ts'
import type { RunFolder } from './run-folder.ts'
import { prepareSource } from './source.ts'
import { startEngine } from './start-engine.ts'
import { writeResult } from './write-result.ts'
import { program } from '../program.ts'

export interface Execution {
  readonly config: Config
  readonly catalogue: Catalogue
  readonly io: Io
  readonly json: boolean
  /** Whether the model that is in training is done as it stands. */
  readonly enough?: boolean
  /** What was lowered when the run began. */
  readonly lowered?: readonly string[]
  /** Of a teacher of another run, where this one has it already; else it is taken from there. */
  readonly lent?: string | null
  /** Called once everything that can be checked beforehand is; takes a name for the data, and what will be run. */
  makeFolder(name: string, config: Config): RunFolder
}

/** Data, checks, folder, models, results: a run from a resolved configuration to its exit code. */
export async function execute({
  config: given,
  catalogue,
  io,
  json,
  enough = false,
  lowered = [],
  lent = null,
  makeFolder,
}: Execution): Promise<number> {
  const warn = (text: string) => line(io.stderr, `recdistill: ${text}`)
  const cache = cacheFolder(given.source.cache, io.env)
  const split = await prepareSource(given.source, { cache, io })
  const fitting = await checkFit(given, { catalogue, split })
  const protocol = catalogue.protocol(fitting.config.protocol)
  const engine = await startEngine(given, warn)
  const { config, leftOut, imported, folder } = await orElse(
    async () => {
      await rehearseOwn(given, { catalogue, engine })
      const say = (text: string) => line(io.stderr, text)
      const imported = await openImported(given, { split, engine, cache, say })
      const context = { catalogue, split, engine }
      return orElse(
        async () => {
          const { config: fitted, leftOut } = await fittingTeacher(fitting, { imported, lent }, context)
          const config = { ...fitted, tune: suitedTune(fitted) }
          const folder = makeFolder(split.manifest.dataset, config)
          return { config, leftOut, imported, folder }
        },
        () => imported?.model.dispose(),
      )
    },
    () => engine.dispose(),
  )
  const progress = createProgress(io.stderr, { select: protocol.select })
  const signal = stopSignal(io, () => progress.say('stopping after this step; once more to stop at once'))
  try {
    folder.expectSplit(split.manifest)
    introduce(config, split, (text) => progress.say(text))
    for (const change of [...lowered, ...config.lowered]) progress.say(change)
    for (const problem of leftOut) progress.say(`left out: ${problem}`)
    for (const note of imported?.notes ?? []) progress.say(`teacher: ${note}`)
    const result = await runBench({
      config,
      catalogue,
      split,
      protocol,
      engine,
      signal,
      folder,
      progress,
      cache,
      imported,
      enough,
    })
    const place = shownPath(folder.path)
    if (result === null) {
      line(io.stderr, `stopped; go on with: ${program} resume ${quoted(place)}`)
      return 130
    }
    const sheets = writeResult(folder, result)
    if (json) io.stdout.write(JSON.stringify(result) + '\n')
    else {
      const color = io.stdout.isTTY === true
      line(io.stdout, terminalTable(result, { color }))
      for (const sheet of sheets) line(io.stdout, `\n${sheetText(sheet, { color })}`)
    }
    line(json ? io.stderr : io.stdout, `report: ${place}/report.html`)
    const failures = failuresInWords(result.models, { config, folder })
    if (failures === null) return 0
    warn(failures)
    return 3
  } catch (error) {
    folder.discardIfEmpty()
    throw withWayOn(error, { config, catalogue, folder })
  } finally {
    signal.forget()
    releaseFolder(folder.path)
    imported?.model.dispose()
    engine.dispose()
  }
}

/** What `make` makes; where it throws, what was opened for it is closed. */
async function orElse<T>(make: () => Promise<T>, close: () => void): Promise<T> {
  try {
    return await make()
  } catch (error) {
    close()
    throw error
  }
}

export function introduce(config: Config, split: Split, say: (text: string) => void): void {
  const { dataset, counts, hash } = split.manifest
  if (config.preset !== null) say(`preset ${config.preset}`)
  say(
    `${dataset}: ${counts.users} users, ${counts.items} items, ${counts.train}/${counts.valid}/${counts.test} interactions, split ${hash.slice(0, 12)}`,
  )
  // What spoils every number is said unasked; the rest of what the data doctor knows is for those who ask it.
  for (const { level, title, means, todo } of inspectSplit(split, { ks: [1] }))
    if (level === 'problem') say(`data: ${title}; ${means}: ${todo}`)
  for (const { name, origin } of config.methods) say(`${name}: ${origin}`)
}
