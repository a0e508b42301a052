import { InputError } from '@recdistill/core'
import { Command } from 'commander'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadCatalogue } from '../catalogue.ts'
import { isCompressFolder } from '../compress/compress-folder.ts'
import { numberFlag } from './number-flag.ts'
import { fileLayer } from '../config/file.ts'
import { resolveConfig } from '../config/resolve.ts'
import { loweredIn, withChanges } from '../config/write.ts'
import type { Io } from '../io.ts'
import { releaseFolder } from '../run/claim-folder.ts'
import { execute } from '../run/execute.ts'
import { blamingTeacherFiles } from '../run/imported-teacher.ts'
import { checkMoreEpochs } from '../run/more-epochs.ts'
import { openRunFolder, type RunFolder } from '../run/run-folder.ts'
import { resumeCompress } from './compress.ts'
import { flagsLayer } from './flags-layer.ts'

export function resumeCommand(io: Io, done: (code: number) => void): Command {
  return new Command('resume')
    .description(
      'Goes on with a run or a compression that was stopped or killed; the result is the one it would have had.',
    )
    .argument('<folder>', 'of the run')
    .option(
      '--epochs <n>',
      'of a run: more epochs than it had, for models that have not ended before; as if it had been started with them',
    )
    .option('--threads <n>', 'threads of the engine; no result depends on it')
    .option('--parallel <n>', 'of a compression: students trained at a time (1)')
    .option(
      '--enough',
      'of a run: end the model in training where it stands, its best epoch counts; go on with the next',
    )
    .option(
      '--keep-going',
      'of a run: report a student or baseline that meets NaN as failed and go on with the next (exit code 3 at the end)',
    )
    .option('--json', 'print the result as JSON on stdout, and nothing else there')
    .action(async (path: string, flags: Flags) => {
      const again = isCompressFolder(path) ? resumeCompression : resumeRun
      done(await blamingTeacherFiles(path, () => again(path, flags, io)))
    })
}

interface Flags {
  readonly threads?: string
  readonly epochs?: string
  readonly parallel?: string
  readonly enough?: boolean
  readonly keepGoing?: boolean
  readonly json?: boolean
}

function resumeCompression(path: string, flags: Flags, io: Io): Promise<number> {
  if (flags.epochs !== undefined)
    throw new InputError(`--epochs: ${path} is a compression, whose students have theirs; leave it out`)
  if (flags.enough)
    throw new InputError(`--enough: ${path} is a compression, which ends its students itself; leave it out`)
  if (flags.keepGoing)
    throw new InputError(
      `--keep-going: ${path} is a compression, where a student that fails has lost; leave it out`,
    )
  const threads =
    flags.threads === undefined
      ? null
      : numberFlag('--threads', flags.threads, { type: 'integer', minimum: 1 })
  const parallel = numberFlag('--parallel', flags.parallel ?? '1', { type: 'integer', minimum: 1 })
  return resumeCompress(path, { io, threads, json: flags.json === true, parallel })
}

async function resumeRun(path: string, flags: Flags, io: Io): Promise<number> {
  const folder = openRunFolder(path)
  try {
    return await goOn(folder, path, flags, io)
  } finally {
    releaseFolder(folder.path)
  }
}

async function goOn(folder: RunFolder, path: string, flags: Flags, io: Io): Promise<number> {
  if (flags.parallel !== undefined)
    throw new InputError(
      `--parallel: ${path} is a run, whose models are trained one after the other; leave it out`,
    )
  const catalogue = await loadCatalogue()
  const file = join(folder.path, 'config.yaml')
  const ofFile = fileLayer(file)
  const layers = [
    ofFile,
    flagsLayer({ threads: flags.threads, epochs: flags.epochs, keepGoing: flags.keepGoing }),
  ]
  const config = await resolveConfig(layers, catalogue)
  const { json = false, enough = false } = flags
  const before = Number(ofFile.values['epochs'] ?? config.epochs)
  if (config.epochs < before)
    throw new InputError(`--epochs: expected more than the ${before} of ${path}, got ${config.epochs}`)
  if (config.epochs > before && config.tune !== null)
    throw new InputError(
      `--epochs: ${path} searches its settings within ${before} epochs; go on without it, or begin anew with more`,
    )
  const yaml = readFileSync(file, 'utf8')
  await checkMoreEpochs(folder, { config, catalogue })
  const makeFolder = (): RunFolder => {
    const changes = {
      ...(config.epochs > before && { epochs: config.epochs }),
      ...(flags.keepGoing && { keepGoing: true }),
    }
    if (Object.keys(changes).length > 0) folder.write('config.yaml', withChanges(yaml, changes))
    return folder
  }
  const teacher = folder.model('teacher')
  const lent = teacher.finished() === null ? null : teacher.path
  return execute({ config, catalogue, io, json, enough, lowered: loweredIn(yaml), lent, makeFolder })
}
