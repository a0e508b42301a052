import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TrialJob, TrialProgress, TrialResult, TrialRunner } from '@recdistill/compress'
import { InputError } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'
import type { TrialFile } from './run-trial.ts'

export interface LocalRunnerOptions {
  /** Of the compression. */
  readonly folder: string
  readonly configOf: (job: TrialJob) => Readonly<Record<string, unknown>>
  /** Of each process. */
  readonly threads: number
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A process was ended from outside; its student goes on from its last checkpoint. */
export class TrialKilled extends Error {}

/** What a process tells the one that began it. */
export type TrialMessage = { readonly type: 'progress' } & TrialProgress

/**
 * Runs each trial as a process of this machine: `recdistill trial FILE`. Answers are kept in the trial's folder, so one that was
 * given is given again without a process; a process whose parent dies saves a checkpoint and ends.
 */
export function localRunner({ folder, configOf, threads, env }: LocalRunnerOptions): TrialRunner {
  return {
    async run(job, { signal, onProgress }) {
      const known = keptResult(folder, job)
      if (known !== null) return known
      signal.throwIfAborted()
      const path = join(folder, 'trials', job.id, `job-${job.until}.json`)
      const file: TrialFile = { schema: 1, job, config: configOf(job), folder }
      try {
        mkdirSync(join(folder, 'trials', job.id), { recursive: true })
        writeFileAtomic(path, JSON.stringify(file, null, 1))
      } catch (error) {
        throw asInputError('write', path, error)
      }
      await inProcess(path, { id: job.id, threads, env, signal, onProgress })
      const result = keptResult(folder, job)
      if (result === null) throw new Error(`recdistill trial ${path}: ended without a result`)
      return result
    },
  }
}

export function resultPath(folder: string, { id, until }: TrialJob): string {
  return join(folder, 'trials', id, `result-${until}.json`)
}

/** @throws InputError when the answer is to another question. */
function keptResult(folder: string, job: TrialJob): TrialResult | null {
  const path = resultPath(folder, job)
  if (!existsSync(path)) return null
  const { until: _until, ...trial } = job
  try {
    const result = JSON.parse(readFileSync(path, 'utf8')) as TrialResult
    if (JSON.stringify(result.trial) === JSON.stringify(trial)) return result
  } catch {
    // said below
  }
  throw new InputError(
    `${path}: is not the result of this student; delete the file, and it is measured again`,
  )
}

interface ProcessOptions {
  readonly id: string
  readonly threads: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly onProgress: (progress: TrialProgress) => void
}

function inProcess(path: string, { id, threads, env, signal, onProgress }: ProcessOptions): Promise<void> {
  const cli = fileURLToPath(new URL('../cli.js', import.meta.url))
  return new Promise((resolve, reject) => {
    // A group of its own: Ctrl-C in the terminal is for the parent, which then tells its children.
    const child = spawn(process.execPath, [cli, 'trial', path, '--threads', String(threads)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
      windowsHide: true,
      env: { ...env },
    })
    let words = ''
    child.stderr?.on('data', (text: Buffer) => (words = (words + text.toString()).slice(-4000)))
    child.on('message', ({ type: _type, ...progress }: TrialMessage) => onProgress(progress))
    const stop = () => {
      if (child.connected) child.send('stop', () => undefined)
    }
    signal.addEventListener('abort', stop)
    child.on('error', reject)
    child.on('close', (code, killed) => {
      signal.removeEventListener('abort', stop)
      if (code === 0) resolve()
      else if (signal.aborted) reject(signal.reason as Error)
      else if (code === 2) reject(new InputError(words.trim().replace(/^recdistill: /, '')))
      else if (killed !== null || code === 130)
        reject(
          new TrialKilled(
            `${id}: its process was ended from outside (${killed ?? 'it was asked to stop'}); where that is for want of memory, a smaller --parallel takes less`,
          ),
        )
      else reject(new Error(`recdistill trial ${path}: ended with code ${code}\n${words.trim()}`))
    })
  })
}
