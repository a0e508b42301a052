#!/usr/bin/env node
// What does RCE-KD come to with a given teacher? A plain C program, written from the formulas alone, teaches MF d=20 on CiteULike-t.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepareSplit } from '@recdistill/data'
import { loadBest } from '@recdistill/trainer'
import { command, data } from './src/command.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const options = command(
  'same-teacher',
  'What does RCE-KD come to with a given teacher? A plain C program teaches MF.',
)
  .requiredOption('--teacher <folder>', 'of a trained MF model (RUN/teacher)')
  .option('--cc <compiler>', 'of the program', 'cc')
  .addOption(data())
  .option('--seed <n>', 'of the student', '0')
  .option('--epochs <n>', 'at most', '1000')
  .option('--patience <n>', 'evaluations without a gain before it stops', '30')
  .parse()
  .opts()

const folder = mkdtempSync(join(tmpdir(), 'recdistill-same-teacher-'))
try {
  const split = await prepareSplit(
    { dataset: 'citeulike-t', split: 'rce-kd' },
    { cacheDir: folder, dataDir: options.data, seed: 0 },
  )
  const { parameters } = loadBest(join(options.teacher, 'best.ckpt'))
  const write = (name, { buffer, byteOffset, byteLength }) =>
    writeFileSync(join(folder, name), new Uint8Array(buffer, byteOffset, byteLength))
  for (const part of ['train', 'valid', 'test'])
    for (const key of ['offsets', 'items']) write(`${part}.${key}`, split[part][key])
  for (const of of ['users', 'items']) write(`teacher.${of}`, parameters[of])
  const program = join(folder, 'rce-kd')
  const run = (command, args) => {
    const { status, error } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' })
    if (error) throw error
    if (status !== 0) process.exit(status ?? 1)
  }
  run(options.cc, ['-O3', '-march=native', '-ffast-math', '-fno-finite-math-only', '-o', program, join(here, 'peers', 'plain', 'rce-kd.c'), '-lm']) // prettier-ignore
  const dim = parameters.users.length / split.numUsers
  const { seed, epochs, patience } = options
  run(program, [split.numUsers, split.numItems, dim, seed, epochs, patience].map(String))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
