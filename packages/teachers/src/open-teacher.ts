import { InputError, type Split } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'
import { tableKind } from '@recdistill/formats'
import type { Model } from '@recdistill/plugin'
import { statSync } from 'node:fs'
import { dataIds, type DataIds } from './data-ids.ts'
import { fingerprint, type FileFingerprint } from './fingerprint.ts'
import { joinIds, one, type Join, type Side } from './join-ids.ts'
import { joinNotes, spellingDoubts } from './join-notes.ts'
import { openScores } from './npy-scores.ts'
import { readIds } from './read-ids.ts'
import { readLists } from './read-lists.ts'
import { readTowers } from './read-towers.ts'
import { scoreOnnx } from './score-onnx.ts'
import { scoreTeacher } from './score-teacher.ts'
import { formNames, kindOf, pathKeys, type TeacherKind, type TeacherSource } from './teacher-source.ts'
import { vectorTeacher } from './vector-teacher.ts'

/** A teacher that was trained elsewhere, joined to the data and ready to be asked. */
export interface ImportedTeacher {
  readonly model: Model
  readonly kind: Exclude<TeacherKind, 'run'>
  /** What it is, in words. */
  readonly form: string
  readonly users: Join
  readonly items: Join
  /** Bytes of the model, where they are known: vectors as single floats, an ONNX file as it is. */
  readonly bytes: number | null
  /** Of top-K lists: entries of the longest, and of the longest with training positives left out; null where every item is scored. */
  readonly listed: { readonly keep: number; readonly skip: number } | null
  readonly files: readonly FileFingerprint[]
  /** What a person should know of it: what was decided by looking, who is missing and what becomes of them. */
  readonly notes: readonly string[]
  /** Those of the notes that cast doubt on it; what its rankings give away (`teacherTraps`) is not among them. */
  readonly traps?: readonly string[]
}

export interface OpenTeacherOptions {
  readonly split: Pick<Split, 'ids' | 'numUsers' | 'numItems' | 'train'>
  readonly engine: Engine
  /** Folder for the scores of ONNX models, which are made once. */
  readonly cache: string
  /** Told how far the scoring of an ONNX model is. */
  readonly onProgress?: (done: number, of: number) => void
}

interface Opened extends Omit<ImportedTeacher, 'kind' | 'form' | 'files'> {
  /** Files that the named ones refer to. */
  readonly beside?: readonly string[]
}

/**
 * Opens what `source` names and joins its ids to those of the data.
 *
 * Of ids that the teacher does not know: an item stands behind all others of every user; a user is taught the mean of all users, or,
 * where the teacher is top-K lists, nothing. Ids that the data does not have are left aside.
 * @throws InputError when a file is not sound or does not fit the data.
 */
export async function openTeacher(
  source: TeacherSource,
  { split, engine, cache, onProgress }: OpenTeacherOptions,
): Promise<ImportedTeacher> {
  const told = kindOf(source)
  expectContent(source)
  const kind = told ?? (await kindOfTable(source))
  if (kind === 'run')
    throw new InputError(`--teacher-from: ${source.from} is the folder of a run; it is no file of a teacher`)
  const data = dataIds(split)
  const { beside = [], ...opened } = await open[kind](source, { data, split, engine, cache, onProgress })
  const doubts = spellingDoubts(opened)
  try {
    return {
      ...opened,
      kind,
      form: formNames[kind],
      files: [
        ...pathKeys.flatMap((key) => (isFile(source, key) ? [source[key] as string] : [])),
        ...beside,
      ].map(fingerprint),
      notes: [...opened.notes, ...joinNotes(kind, opened, data), ...doubts],
      ...(doubts.length === 0 ? {} : { traps: doubts }),
    }
  } catch (error) {
    opened.model.dispose()
    throw error
  }
}

interface Context {
  readonly data: DataIds
  readonly split: OpenTeacherOptions['split']
  readonly engine: Engine
  readonly cache: string
  readonly onProgress: OpenTeacherOptions['onProgress'] | undefined
}

const open: Readonly<
  Record<ImportedTeacher['kind'], (source: TeacherSource, context: Context) => Promise<Opened>>
> = {
  async vectors(source, { data, engine }) {
    const towers = await readTowers(source)
    const join = (side: Side) =>
      joinIds(side, data[side], {
        file: towers[side].file,
        rows: towers[side].values.length / towers[side].dim,
        ids: idsGiven(source, side) ?? towers[side].ids,
      })
    const joined = { users: join('users'), items: join('items') }
    const model = vectorTeacher(engine, towers, joined)
    return { model, ...joined, bytes: 4 * model.parameters, listed: null, notes: towers.notes }
  },
  async lists(source, { data, split }) {
    for (const key of ['userIds', 'itemIds'] as const)
      if (source[key] !== undefined)
        throw new InputError(
          `${source[key]}: lists name their users and items themselves, so no file of ids goes with them`,
        )
    const { model, users, items, entries } = await readLists(source, data)
    const listed = { keep: model.longest, skip: model.longestWithout(split.train) }
    const notes = [`${entries} entries, the longest list has ${listed.keep}`]
    return { model, users, items, bytes: null, listed, notes }
  },
  async scores(source, { data }) {
    await Promise.resolve()
    return fromMatrix(openScores(source.from), source, data, null)
  },
  async onnx(source, { data, cache, onProgress }) {
    const ids = {
      users: idsGiven(source, 'users') ?? data.users,
      items: idsGiven(source, 'items') ?? data.items,
    }
    const { matrix, bytes, files, notes } = await scoreOnnx(source.from, {
      users: ids.users.length,
      items: ids.items.length,
      cache,
      ...(onProgress && { onProgress }),
    })
    const opened = fromMatrix(matrix, source, data, bytes)
    return { ...opened, beside: files.slice(1), notes: [...notes, ...opened.notes] }
  },
}

function fromMatrix(
  matrix: ReturnType<typeof openScores>,
  source: TeacherSource,
  data: DataIds,
  bytes: number | null,
): Opened {
  try {
    const hint = `[${matrix.rows}, ${matrix.columns}]`
    const join = (side: Side, rows: number) => {
      const ids = idsGiven(source, side)
      if (ids === null && rows !== data[side].length && bytes === null)
        throw new InputError(
          `${source.from}: ${hint} is read as scores of users and items, and the data has ${data[side].length} ${side}; say whose row or column is whose with --teacher-${one(side)}-ids FILE, or, if it holds vectors of users, give those of the items with --teacher-items FILE`,
        )
      return joinIds(side, data[side], { file: source.from, rows, ids })
    }
    const joined = { users: join('users', matrix.rows), items: join('items', matrix.columns) }
    return { model: scoreTeacher(matrix, joined), ...joined, bytes, listed: null, notes: [] }
  } catch (error) {
    matrix.close()
    throw error
  }
}

/** An upload or a job that failed leaves such files, and each format would call them something else. */
function expectContent(source: TeacherSource): void {
  for (const key of pathKeys) {
    if (!isFile(source, key)) continue
    const path = source[key] as string
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.isFile() && found.size === 0)
      throw new InputError(`${path}: the file is empty; write it again, or get it again`)
  }
}

async function kindOfTable(source: TeacherSource): Promise<'vectors' | 'lists'> {
  const { user, item, score } = source.columns ?? {}
  if ((user ?? item ?? score) !== undefined) return 'lists'
  const kind = await tableKind(source.from)
  if (kind === null)
    throw new InputError(
      `--teacher-from: ${source.from} has neither a column of vectors nor columns user, item and score; name them with --set teacherFrom.columns.user=NAME teacherFrom.columns.item=NAME teacherFrom.columns.score=NAME`,
    )
  return kind
}

function idsGiven(source: TeacherSource, side: Side): readonly string[] | null {
  const path = side === 'users' ? source.userIds : source.itemIds
  return path === undefined ? null : readIds(path)
}

/** A bias is a file beside single files, and the name of a tensor in an archive. */
function isFile(source: TeacherSource, key: (typeof pathKeys)[number]): boolean {
  const path = source[key]
  return path !== undefined && (!key.endsWith('Bias') || /\.npy$/i.test(path))
}
