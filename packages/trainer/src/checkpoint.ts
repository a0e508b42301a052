import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '@recdistill/core'
import { readContainer, writeContainer, type ContainerArray } from '@recdistill/core/files'
import type { Backbone } from '@recdistill/plugin'
import { areMore, whyNotMore } from './more-epochs.ts'
import { prefixed, unprefixed } from './named-arrays.ts'
import type { Progress, Settings } from './progress.ts'

export function paths(folder: string) {
  return {
    last: join(folder, 'last.ckpt'),
    best: join(folder, 'best.ckpt'),
    bestTeacher: join(folder, 'best-teacher.ckpt'),
    snapshot: (epoch: number) => join(folder, `epoch-${String(epoch + 1).padStart(4, '0')}.ckpt`),
  }
}

/** Everything needed to go on bit for bit: parameters, Adam moments, what the method holds, where training stands. */
export function saveLast(
  folder: string,
  settings: Settings,
  progress: Progress,
  { model, teacher, kd }: { model: Backbone; teacher: Backbone | null; kd: Record<string, ContainerArray> },
): string {
  const { parameters, optimizer, step } = model.state()
  const ofTeacher = teacher?.state()
  const arrays = {
    ...prefixed('parameter.', parameters),
    ...prefixed('optimizer.', optimizer),
    ...(ofTeacher && prefixed('teacher.parameter.', ofTeacher.parameters)),
    ...(ofTeacher && prefixed('teacher.optimizer.', ofTeacher.optimizer)),
    ...kd,
  }
  writeContainer(paths(folder).last, {
    kind: 'checkpoint',
    meta: {
      settings,
      progress,
      optimizerStep: step,
      ...(ofTeacher && { teacherOptimizerStep: ofTeacher.step }),
    },
    arrays,
  })
  return paths(folder).last
}

/** The parameters of one epoch: enough to rank, to teach, to deploy. */
export function saveBest(
  path: string,
  settings: Settings,
  best: SavedBest['best'],
  parameters: Readonly<Record<string, Float32Array>>,
): void {
  writeContainer(path, {
    kind: 'model',
    meta: { settings, best },
    arrays: prefixed('parameter.', parameters),
  })
}

interface SavedLast {
  readonly progress: Progress
  /** Whether it was made for fewer epochs. */
  readonly more: boolean
  readonly model: ModelState
  /** Of a teacher that is trained as well; of no arrays where there is none. */
  readonly teacher: ModelState
  /** Among them what the method holds. */
  readonly arrays: Readonly<Record<string, ContainerArray>>
}

type ModelState = ReturnType<Backbone['state']>

/**
 * Null when there is none. Under more epochs it is as if it had been made with them.
 * @throws InputError when the file is damaged, was made under other settings, or cannot have more epochs.
 */
export function loadLast(folder: string, settings: Settings): SavedLast | null {
  const path = paths(folder).last
  if (!existsSync(path)) return null
  const { meta, arrays } = readContainer(path, 'checkpoint')
  const saved = meta as LastMeta
  const more = areMore(saved.settings, settings)
  expectSame(path, more ? { ...saved.settings, epochs: settings['epochs'] } : saved.settings, settings)
  const problem = more ? whyNotMore(saved) : null
  if (problem !== null)
    throw new InputError(
      `${path}: cannot go on to ${String(settings['epochs'])} epochs: ${problem}; use another folder, or delete the file`,
    )
  const stateOf = (prefix: string, step: number): ModelState => ({
    parameters: unprefixed(`${prefix}parameter.`, arrays),
    optimizer: unprefixed(`${prefix}optimizer.`, arrays),
    step,
  })
  return {
    progress: saved.progress,
    more,
    model: stateOf('', saved.optimizerStep),
    teacher: stateOf('teacher.', saved.teacherOptimizerStep ?? 0),
    arrays,
  }
}

interface LastMeta {
  readonly settings: Settings
  readonly progress: Progress
  readonly optimizerStep: number
  readonly teacherOptimizerStep?: number
}

/**
 * Why training in a folder cannot go on to so many epochs; null where it can, has not begun, has as many already, or ended before all
 * its epochs were done.
 * @throws InputError when its `last.ckpt` is damaged.
 */
export function moreEpochsProblem(folder: string, epochs: number): string | null {
  const path = paths(folder).last
  if (!existsSync(path)) return null
  const saved = readContainer(path, 'checkpoint').meta as LastMeta
  const { finished } = saved.progress
  const over = finished === 'patience' || finished === 'hand'
  return over || !areMore(saved.settings, { epochs }) ? null : whyNotMore(saved)
}

/** @throws InputError when a best epoch lies there that was trained under other settings: a new run would write over it. */
export function checkBest(path: string, settings: Settings): void {
  if (existsSync(path)) expectSame(path, loadBest(path).settings, settings)
}

function expectSame(path: string, saved: Settings, settings: Settings): void {
  const other = differing(saved, settings)
  if (other.length > 0)
    throw new InputError(
      `${path}: made with other settings (${other.join('; ')}); use them again, or another folder, or delete the file`,
    )
}

export interface SavedBest {
  readonly settings: Settings
  /** `value` is null where there was no validation and the last epoch had to do. */
  readonly best: { readonly epoch: number; readonly value: number | null }
  readonly parameters: Record<string, Float32Array>
}

/** @throws InputError when the file is missing or damaged. */
export function loadBest(path: string): SavedBest {
  const { meta, arrays } = readContainer(path, 'model')
  const { settings, best } = meta as { settings: Settings; best: SavedBest['best'] }
  return { settings, best, parameters: unprefixed('parameter.', arrays) }
}

/** Settings that the file does not know came after it, and decided nothing when it was made. */
function differing(saved: Settings, now: Settings): string[] {
  return Object.keys(saved).flatMap((name) => {
    const was = JSON.stringify(saved[name])
    const is = JSON.stringify(now[name])
    return was === is ? [] : [`${name} was ${was}, now ${is}`]
  })
}
