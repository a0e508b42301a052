import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelFolder } from './model-folder.ts'

/** Checkpoints and the curve of a model that was trained elsewhere: training goes on from where they stand. */
export function takeTraining(from: ModelFolder, to: ModelFolder): void {
  for (const name of existsSync(from.path) ? readdirSync(from.path) : [])
    if (/\.ckpt$|^log\.jsonl$/.test(name)) to.take(join(from.path, name), name)
}
