import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CompressResult, TrialResult } from '@recdistill/compress'
import { expect } from 'vitest'

export const search = ['--trials', '4', '--epochs', '9', '--patience', '9', '--refine', '1']
export const tiny = [
  'compress',
  '--preset',
  'tiny',
  ...search,
  '--students',
  'mf',
  '--dims',
  '4,8',
  '--threads',
  '2',
]
/** A share that students of a few epochs reach, for the teacher of this preset is small. */
export const keep = [...tiny, '--keep', '0.6']

export const read = <T>(...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8')) as T

/** Without what may differ from one run to the next: clocks. */
export function withoutTimes(result: CompressResult): unknown {
  const { startedAt: _at, seconds: _seconds, machine: _machine, trials, models, front, ...rest } = result
  const untimed = ({ microseconds: _time, ...model }: CompressResult['models'][number]) => model
  const measured = trials.map(({ seconds: _took, ...trial }: TrialResult) => trial)
  return { ...rest, trials: measured, models: models.map(untimed), front: front.map(untimed) }
}

function checkpoints(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true })
    .map(String)
    // One that came from the cache was trained before.
    .filter((name) => name.endsWith('.ckpt') && !name.endsWith(join('teacher', 'last.ckpt')))
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]))
}

export function expectSame(folder: string, whole: string): void {
  const [found, expected] = [checkpoints(folder), checkpoints(whole)]
  expect([...found.keys()]).toEqual([...expected.keys()])
  for (const [name, bytes] of expected) expect(found.get(name)?.equals(bytes), name).toBe(true)
  const result = (at: string) => withoutTimes(read<CompressResult>(at, 'results.json'))
  expect(result(folder)).toEqual(result(whole))
}
