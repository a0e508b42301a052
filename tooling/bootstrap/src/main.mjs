import { build } from './build.mjs'
import { install } from './install.mjs'
import { jobs } from './jobs.mjs'
import { PhaseError } from './phase.mjs'
import { runThrough } from './run-through.mjs'

/**
 * Installs what is missing, builds what has changed, then becomes the job: its output, its exit code, its signals.
 *
 * @param {string[]} argv The job's name and its arguments.
 */
export async function main([name = '', ...args]) {
  const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined
  if (job === undefined) {
    console.error(`recdistill: unknown job "${name}"; there are ${Object.keys(jobs).join(', ')}`)
    process.exitCode = 2
    return
  }
  try {
    await install()
    if (job.builds) await build()
    for (const command of await job.commands(args)) {
      if (!(await runThrough(command))) return
    }
  } catch (error) {
    if (!(error instanceof PhaseError)) throw error
    console.error(error.message)
    process.exitCode = error.exitCode
  }
}
