import { readFileSync } from 'node:fs'
import { InputError } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'
import { Command } from 'commander'
import { loadCatalogue } from '../catalogue.ts'
import { resultPath, type TrialMessage } from '../compress/local-runner.ts'
import { runTrial, type TrialFile } from '../compress/run-trial.ts'
import { numberFlag } from './number-flag.ts'
import { line, type Io } from '../io.ts'
import { short } from '../progress/format.ts'

export function trialCommand(io: Io, done: (code: number) => void): Command {
  return new Command('trial')
    .description('Trains one student of a compression, as its file says; compress runs this itself.')
    .argument('<file>', 'job-N.json of a student')
    .option('--threads <n>', 'threads of the engine; no result depends on it')
    .action(async (path: string, flags: { threads?: string }) => {
      const file = readJob(path)
      const parent = parentProcess()
      const signal = { stop: false }
      parent?.onStop(() => (signal.stop = true))
      const unlisten = io.onInterrupt(() => (signal.stop = true))
      try {
        const result = await runTrial(file, {
          catalogue: await loadCatalogue(),
          io,
          threads:
            flags.threads === undefined
              ? null
              : numberFlag('--threads', flags.threads, { type: 'integer', minimum: 1 }),
          signal,
          onProgress(progress) {
            if (parent) parent.tell({ type: 'progress', ...progress })
            else {
              const best = progress.best === null ? '' : `  best ${short(progress.best)}`
              line(io.stderr, `${file.job.id}: epoch ${progress.epoch}/${progress.epochs}${best}`)
            }
          },
        })
        if (result === null) return done(130)
        writeFileAtomic(resultPath(file.folder, file.job), JSON.stringify(result, null, 1))
        line(io.stdout, JSON.stringify(result))
        done(0)
      } finally {
        unlisten()
        parent?.close()
      }
    })
}

function readJob(path: string): TrialFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw asInputError('read', path, error)
  }
  try {
    const file = JSON.parse(text) as TrialFile
    if (file.schema === 1 && typeof file.job.id === 'string' && typeof file.folder === 'string') return file
  } catch {
    // said below
  }
  throw new InputError(`${path}: expected a job-N.json that recdistill compress wrote`)
}

/** The compression that began this process, when one did. When it is gone, the process stops as if told to. */
function parentProcess() {
  if (process.send === undefined) return null
  return {
    onStop(listener: () => void) {
      process.on('message', (message) => {
        if (message === 'stop') listener()
      })
      process.on('disconnect', listener)
    },
    tell(message: TrialMessage) {
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
    },
    close() {
      process.removeAllListeners('disconnect')
      if (process.connected) process.disconnect()
    },
  }
}
