import { dirname, join } from 'node:path'
import type { ModelFolder } from './model-folder.ts'

/** Folders of the teachers that a teacher consists of, beside its own; none of one that is alone. */
export function memberFolders({ path, finished }: Pick<ModelFolder, 'path' | 'finished'>): readonly string[] {
  const backbone = finished()?.backbone
  if (backbone?.name !== 'ensemble') return []
  return (backbone.params.members as readonly string[]).map((id) => join(dirname(path), id))
}
