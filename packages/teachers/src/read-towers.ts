import { InputError } from '@recdistill/core'
import { floats, openNpy, openSafetensors, readNpz, readVectors, readWord2vec } from '@recdistill/formats'
import { guessTensors, type Guess } from './guess-tensors.ts'
import type { Side } from './join-ids.ts'
import { one } from './join-ids.ts'
import type { TeacherSource } from './teacher-source.ts'
import type { Tower } from './vector-teacher.ts'

/** Both towers of a model as files hold them, and the ids of their rows where a file tells them. */
export interface Towers {
  readonly users: Tower & { readonly ids: readonly string[] | null }
  readonly items: Tower & { readonly ids: readonly string[] | null }
  /** What was decided by looking, in words. */
  readonly notes: readonly string[]
}

/**
 * Vectors of users and items: one archive with both (`.safetensors`, `.npz`), or a file for each.
 * @throws InputError when a file is not sound, or it cannot be told what is what in it.
 */
export async function readTowers(source: TeacherSource): Promise<Towers> {
  const { from, items } = source
  if (items === undefined) return isArchive(from) ? bothOf(source) : missingItems(from)
  const [u, i] = [await oneOf(from, 'users', source), await oneOf(items, 'items', source)]
  return {
    users: { ...u.tower, bias: u.tower.bias ?? biasFile(source.userBias) },
    items: { ...i.tower, bias: i.tower.bias ?? biasFile(source.itemBias) },
    notes: [...u.notes, ...i.notes],
  }
}

function isArchive(path: string): boolean {
  return /\.(safetensors|npz)$/i.test(path)
}

function missingItems(from: string): never {
  throw new InputError(
    `--teacher-from: ${from} holds the vectors of one side; give those of the items with --teacher-items FILE`,
  )
}

/** Arrays of an archive by name, read when they are wanted. */
interface Archive {
  readonly shapes: Readonly<Record<string, readonly number[]>>
  /** Whether its numbers may have a fraction; false for texts. */
  isFloat(name: string): boolean
  rows(name: string): Float32Array
  texts(name: string): readonly string[] | null
  close(): void
}

async function openArchive(path: string): Promise<Archive> {
  if (/\.npz$/i.test(path)) {
    const arrays = await readNpz(path)
    const shapes = Object.entries(arrays).map(([name, array]) => [
      name,
      'shape' in array ? array.shape : [array.length],
    ])
    return {
      shapes: Object.fromEntries(shapes) as Archive['shapes'],
      isFloat(name) {
        const array = arrays[name]
        return 'shape' in array && /^b?f/.test(array.dtype)
      },
      rows(name) {
        const array = arrays[name]
        if (!('shape' in array)) throw new InputError(`${path}: "${name}" holds texts, expected numbers`)
        return finite(`${path}, "${name}"`, array)
      },
      texts(name) {
        const array = arrays[name]
        return 'shape' in array ? Array.from(array.data, String) : array
      },
      close() {},
    }
  }
  const file = openSafetensors(path)
  return {
    shapes: Object.fromEntries(file.names.map((name) => [name, file.shapeOf(name)])),
    isFloat: (name) => /^b?f/.test(file.dtypeOf(name)),
    rows: (name) => file.rows(name),
    texts: (name) => (/^[ui]/.test(file.dtypeOf(name)) ? Array.from(file.tensor(name).data, String) : null),
    close: () => file.close(),
  }
}

async function bothOf(source: TeacherSource): Promise<Towers> {
  const archive = await openArchive(source.from)
  try {
    const guess = guessTensors(source.from, archive.shapes, source)
    return {
      users: towerOf(source.from, archive, guess.users),
      items: towerOf(source.from, archive, guess.items),
      notes: guess.notes,
    }
  } finally {
    archive.close()
  }
}

function towerOf(path: string, archive: Archive, { vectors, bias, ids }: Guess): Towers['users'] {
  return {
    file: `${path}, "${vectors}"`,
    dim: archive.shapes[vectors][1],
    values: valuesOf(path, archive, vectors),
    bias: bias === null ? null : archive.rows(bias),
    ids: ids === null ? null : archive.texts(ids),
  }
}

/** Floats as they are; whole numbers times the scale of their row, which is beside them in tables of int8. */
function valuesOf(path: string, archive: Archive, name: string): Float32Array {
  const values = archive.rows(name)
  if (archive.isFloat(name)) return values
  const [rows, dim] = archive.shapes[name]
  const scale = `${name}_scale`
  if ((archive.shapes[scale] as readonly number[] | undefined)?.[0] !== rows)
    throw new InputError(
      `${path}, "${name}": holds whole numbers and no "${scale}" [${rows}] to multiply them with; expected vectors of floats`,
    )
  const scales = archive.rows(scale)
  return values.map((value, n) => value * scales[Math.floor(n / dim)])
}

async function oneOf(
  path: string,
  side: Side,
  source: TeacherSource,
): Promise<{ tower: Towers['users']; notes: readonly string[] }> {
  const plain = (tower: Omit<Towers['users'], 'bias' | 'file'>) => ({
    tower: { file: path, bias: null, ...tower },
    notes: [],
  })
  if (/\.npy$/i.test(path)) return plain(npyTower(path))
  if (isArchive(path)) {
    const archive = await openArchive(path)
    try {
      const guess = guessTensors(path, archive.shapes, source, side)
      return { tower: towerOf(path, archive, guess), notes: guess.notes }
    } finally {
      archive.close()
    }
  }
  const isTable = /\.(parquet|pq|csv|tsv)(\.gz|\.zst)?$/i.test(path)
  const { ids, dim, data } = isTable
    ? await readVectors(path, named({ id: source.columns?.id, vector: source.columns?.vector }))
    : await readWord2vec(path)
  return plain({ ids, dim, values: data })
}

function npyTower(path: string): { ids: null; dim: number; values: Float32Array } {
  const file = openNpy(path)
  try {
    const [, dim] = file.shape
    if (file.shape.length !== 2 || dim === 0)
      throw new InputError(
        `${path}: expected a row of numbers for each ${one('users')} or item, got [${file.shape.join(', ')}]`,
      )
    return { ids: null, dim, values: file.rows() }
  } finally {
    file.close()
  }
}

/** One number a row. */
function biasFile(path: string | undefined): Float32Array | null {
  if (path === undefined) return null
  if (!/\.npy$/i.test(path))
    throw new InputError(`${path}: biases beside single files of vectors are read from .npy; save them so`)
  const file = openNpy(path)
  try {
    return file.rows()
  } finally {
    file.close()
  }
}

function finite(name: string, { data, dtype }: Parameters<typeof floats>[0]): Float32Array {
  const values = floats({ data, dtype })
  const wrong = values.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0)
    throw new InputError(`${name}: number ${wrong} is ${values[wrong]}; expected finite numbers`)
  return values
}

/** Without the keys that were not given. */
function named<T extends Record<string, string | undefined>>(names: T): { [key in keyof T]: string } {
  return Object.fromEntries(Object.entries(names).filter(([, name]) => name !== undefined)) as never
}
