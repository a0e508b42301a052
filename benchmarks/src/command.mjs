import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError, Option } from 'commander'

const folder = fileURLToPath(new URL('../', import.meta.url))

/** The command line of a benchmark: `--help` tells of it, and what is wrong is a line and exit code 2. */
export function command(script, what) {
  return new Command(`node benchmarks/${script}.mjs`)
    .description(what)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
}

/** A whole number above 0. */
export function count(text) {
  if (!/^\d+$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError(`Expected a whole number above 0.`)
  return Number(text)
}

/** Several, with commas between them. */
export const list = (text) => text.split(',')

export const threads = () =>
  new Option('--threads <n>', 'threads, all cores if not given')
    .argParser(count)
    .default(availableParallelism(), 'all cores')

export const data = () =>
  new Option('--data <dir>', 'folder of data sets').default(
    fileURLToPath(new URL('../../../shared/data', import.meta.url)),
    '../shared/data beside the repository',
  )

/** Where results are written: a folder, or a file in it. */
export const out = (file = '') =>
  new Option(file ? '--out <file>' : '--out <dir>', 'where the numbers go').default(
    `${folder}results${file && `/${file}`}`,
    `benchmarks/results${file && `/${file}`}`,
  )
