import { InputError } from '@recdistill/core'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const kinds = ['run', 'vectors', 'lists', 'scores', 'onnx'] as const
export type TeacherKind = (typeof kinds)[number]

/** Where a teacher that was trained elsewhere lies. The path alone is enough wherever the rest can be told from it. */
export const teacherSourceSchema = z.strictObject({
  from: z
    .string()
    .min(1)
    .describe(
      'folder of an earlier run, or a file: vectors (.safetensors, .npz, .npy, .parquet, word2vec .txt or .vec), top-K lists (.parquet, .csv, .tsv), a score matrix (.npy) or .onnx',
    ),
  items: z
    .string()
    .min(1)
    .optional()
    .describe('file of item vectors, where `from` holds those of users alone'),
  kind: z.enum(kinds).optional().describe('what `from` is, where it cannot be told by looking'),
  userIds: z.string().min(1).optional().describe('file of the users’ ids in the order of rows'),
  itemIds: z
    .string()
    .min(1)
    .optional()
    .describe('file of the items’ ids in the order of rows, or of columns'),
  userTensor: z.string().min(1).optional().describe('name of the tensor of user vectors'),
  itemTensor: z.string().min(1).optional().describe('name of the tensor of item vectors'),
  userBias: z.string().min(1).optional().describe('name of a tensor, or .npy file, of a number per user'),
  itemBias: z.string().min(1).optional().describe('name of a tensor, or .npy file, of a number per item'),
  columns: z
    .strictObject({
      user: z.string().optional(),
      item: z.string().optional(),
      score: z.string().optional(),
      id: z.string().optional(),
      vector: z.string().optional(),
    })
    .optional()
    .describe('names of columns in a table'),
})
export type TeacherSource = z.infer<typeof teacherSourceSchema>

/** Keys of a source that are paths, in the order of their importance. */
export const pathKeys = ['from', 'items', 'userIds', 'itemIds', 'userBias', 'itemBias'] as const

/**
 * What the source is, by its name or its being a folder; null for a Parquet file, which holds either vectors or lists.
 * @throws InputError when nothing can be told, or the file is not there.
 */
export function kindOf({ from, items, kind }: TeacherSource): TeacherKind | null {
  if (kind !== undefined) return kind
  if (!existsSync(from))
    throw new InputError(`--teacher-from: ${from}: no such file or folder; check the path`)
  if (statSync(from).isDirectory()) return 'run'
  if (/\.(safetensors|npz)$|\.(txt|vec|w2v|word2vec)(\.gz)?$/i.test(from)) return 'vectors'
  if (/\.npy$/i.test(from)) return items === undefined ? 'scores' : 'vectors'
  if (/\.(parquet|pq)$/i.test(from)) return items === undefined ? null : 'vectors'
  if (/\.(csv|tsv)(\.gz|\.zst)?$/i.test(from)) return items === undefined ? 'lists' : 'vectors'
  if (/\.onnx$/i.test(from)) return 'onnx'
  if (/\.ckpt$/i.test(from) && existsSync(join(dirname(from), 'run.json')))
    throw new InputError(`--teacher-from: ${from}: name the folder it is in, ${dirname(from)}`)
  if (/\.(pt|pth|ckpt|pkl|pickle|joblib|h5|keras)$/i.test(from))
    throw new InputError(
      `--teacher-from: ${from}: a checkpoint of another program is not read; save its tables of users and items as .npy, .npz or .safetensors (docs/guides/bring-your-own-teacher.md)`,
    )
  throw new InputError(
    `--teacher-from: ${from}: what it holds cannot be told by its name; say so with --set teacherFrom.kind=vectors (or lists, scores, onnx)`,
  )
}

/** What a teacher of this form is called where it speaks of itself. */
export const formNames: Readonly<Record<Exclude<TeacherKind, 'run'>, string>> = {
  vectors: 'vectors of users and items',
  lists: 'top-K lists',
  scores: 'a score matrix',
  onnx: 'an ONNX model',
}
