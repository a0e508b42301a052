import { availableParallelism } from 'node:os'
import { search, type Judge, type SearchOutcome } from '@recdistill/compress'
import { foldersAt } from '../run/run-folder.ts'
import type { Compression } from './compression.ts'
import { localRunner } from './local-runner.ts'
import { valuesOfTrial } from './plan.ts'
import { createSearchProgress } from './search-progress.ts'

/** The search, each trial in a process of its own. An error of one aborts all. */
export async function searchStudents(
  { plan, folder, protocol, io }: Compression,
  judge: Judge,
  { abort, parallel, threads: all }: { abort: AbortController; parallel: number; threads: number | null },
): Promise<SearchOutcome> {
  const progress = createSearchProgress(io.stderr, { select: protocol.select })
  const threads = Math.max(1, Math.floor((all ?? availableParallelism()) / parallel))
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
