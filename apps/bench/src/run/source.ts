import { isInputError } from '@recdistill/core'
import { prepareSplit, type DataProgress, type DataSplit } from '@recdistill/data'
import type { SourceConfig } from '../config/config.ts'
import { line, type Io } from '../io.ts'
import { bytes } from '../progress/format.ts'

/** The split that was asked for; a download says how far it is, and what was assumed while reading is said. */
export async function prepareSource(
  { request, splitSeed, dataDir, named }: SourceConfig,
  { cache, io }: { cache: string; io: Io },
): Promise<DataSplit> {
  const split = await prepareSplit(request, {
    cacheDir: cache,
    ...(dataDir === null ? {} : { dataDir }),
    seed: splitSeed,
    onProgress: downloads(io),
  }).catch((error: unknown) => {
    if (!isInputError(error)) throw error
    for (const [file, place] of named)
      if (error.message.startsWith(`cannot read ${file}: `)) error.message = `${place}: ${error.message}`
    if (error.message.includes(`write ${cache}`))
      error.message += '; --cache FOLDER or RECDISTILL_CACHE names another place for what is kept'
    throw error
  })
  for (const remark of split.facts.remarks ?? []) line(io.stderr, `${split.manifest.dataset}: ${remark}`)
  return split
}

/** A line for each tenth of a file, or every 16 MiB where its size is not known. */
function downloads(io: Io): (progress: DataProgress) => void {
  let last = ''
  return (progress) => {
    if (progress.stage === 'wait')
      line(
        io.stderr,
        `waiting for ${progress.file}: another process downloads it, or was stopped a moment ago`,
      )
    if (progress.stage !== 'download') return
    const { file, bytes: done, total } = progress
    const part = total === null ? Math.floor(done / 2 ** 24) : Math.floor((10 * done) / Math.max(total, 1))
    if (last === `${file} ${part}`) return
    last = `${file} ${part}`
    line(io.stderr, `downloading ${file}: ${bytes(done)}${total === null ? '' : ` of ${bytes(total)}`}`)
  }
}
