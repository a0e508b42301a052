#!/usr/bin/env node
// What does RCE-KD come to with a given teacher? A plain C program, written from the formulas alone, teaches MF d=20 on CiteULike-t.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { prepareSplit } from '@recdistill/data'
import { loadBest } from '@recdistill/trainer'

const here = dirname(fileURLToPath(import.meta.url))
const { values: options } = parseArgs({
  options: {
    teacher: { type: 'string' },
    cc: { type: 'string', default: 'cc' },
    data: { type: 'string', default: join(here, '..', '..', 'shared', 'data') },
    seed: { type: 'string', default: '0' },
    epochs: { type: 'string', default: '1000' },
    patience: { type: 'string', default: '30' },
  },
})
if (options.teacher === undefined) {
  console.error('same-teacher: --teacher FOLDER is missing, the folder of a trained MF model (RUN/teacher)')
  process.exit(2)
}

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
