import { join } from 'node:path'
import type { Model } from '@recdistill/plugin'
import { ensembleTeacher } from '@recdistill/teachers'
import { loadModel } from '@recdistill/trainer'
import { memberFolders } from './member-folders.ts'
import type { ModelFolder } from './model-folder.ts'
import type { Setting } from './setting.ts'

/** The trained teacher of a run, or several as one, as others learn from it; the caller disposes it. */
export function frozenTeacher(
  at: Pick<ModelFolder, 'path' | 'finished'>,
  { split, engine, catalogue }: Pick<Setting, 'split' | 'engine' | 'catalogue'>,
): Model {
  const load = (path: string) =>
    loadModel({ checkpoint: join(path, 'best.ckpt'), split, engine, definitions: catalogue.backbones.all() })
  const members = memberFolders(at)
  return members.length === 0 ? load(at.path) : ensembleTeacher(members.map(load))
}
