import { InputError } from '@recdistill/core'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DataFile, DatasetDefinition } from '../define-dataset.ts'
import type { ReadOptions } from '../read/options.ts'
import { download, type DownloadOptions } from './download.ts'
import { extractMember } from './extract-member.ts'

export interface Located {
  readonly path: string
  /** As it stands in manifests: `citeulike-t/users.dat.gz`, wherever the folder is. */
  readonly name: string
  readonly options: ReadOptions
}

export interface LocateOptions {
  readonly cacheDir: string
  readonly dataDir?: string | undefined
  readonly onProgress?:
    ((progress: { file: string; bytes: number; total: number | null }) => void) | undefined
  readonly onWait?: ((file: string) => void) | undefined
  readonly download?: DownloadOptions | undefined
}

/**
 * Finds a data set's file: in the data folder, in the cache, or else at its origin, from where it is fetched into the cache.
 * @throws InputError that says which file to put where, and where to get it, when it is nowhere.
 */
export async function locateFile(
  dataset: Pick<DatasetDefinition, 'name' | 'folders' | 'home'>,
  file: DataFile,
  options: LocateOptions,
): Promise<Located> {
  const folder = folderOf(dataset.name)
  const cached = join(options.cacheDir, 'datasets', folder, file.file)
  const local = options.dataDir === undefined ? null : findLocal(dataset, file, options.dataDir)
  if (local) return local
  if (existsSync(cached)) return located(cached, folder, file)
  const archive =
    file.archive &&
    (findArchive(dataset, file, options) ?? (await fetchInto(dataset, file, file.archive.file, options)))
  if (archive && file.archive) {
    await extractMember(archive, file.archive.member, cached)
    return located(cached, folder, file)
  }
  // An origin that serves gzip is kept as gzip.
  const name = file.url?.endsWith('.gz') && !file.file.endsWith('.gz') ? `${file.file}.gz` : file.file
  const path = existsSync(join(options.cacheDir, 'datasets', folder, name))
    ? join(options.cacheDir, 'datasets', folder, name)
    : await fetchInto(dataset, file, name, options)
  return located(path, folder, { ...file, file: name })
}

/** A data set's folder: its name with a colon written as a dash. */
export function folderOf(name: string): string {
  return name.replace(':', '-')
}

function located(path: string, folder: string, { file, read = {} }: DataFile): Located {
  return { path, name: `${folder}/${file}`, options: read }
}

function foldersOf({ name, folders = [] }: Pick<DatasetDefinition, 'name' | 'folders'>): string[] {
  return [folderOf(name), ...folders]
}

function findLocal(
  dataset: Pick<DatasetDefinition, 'name' | 'folders'>,
  file: DataFile,
  dataDir: string,
): Located | null {
  for (const folder of foldersOf(dataset))
    for (const candidate of [file, ...(file.alternatives ?? [])])
      for (const name of [candidate.file, `${candidate.file}.gz`]) {
        const path = join(dataDir, folder, name)
        if (existsSync(path)) return { path, name: `${folder}/${name}`, options: candidate.read ?? {} }
      }
  return null
}

function findArchive(
  dataset: Pick<DatasetDefinition, 'name' | 'folders'>,
  { archive }: DataFile,
  { dataDir, cacheDir }: LocateOptions,
): string | null {
  if (!archive) return null
  const places =
    dataDir === undefined ? [] : [...foldersOf(dataset).map((folder) => join(dataDir, folder)), dataDir]
  const all = [...places, join(cacheDir, 'datasets', folderOf(dataset.name))]
  return all.map((place) => join(place, archive.file)).find((path) => existsSync(path)) ?? null
}

async function fetchInto(
  dataset: Pick<DatasetDefinition, 'name' | 'folders' | 'home'>,
  file: DataFile,
  name: string,
  options: LocateOptions,
): Promise<string> {
  const folder = folderOf(dataset.name)
  const path = join(options.cacheDir, 'datasets', folder, name)
  const place =
    options.dataDir === undefined ? join(options.cacheDir, 'datasets', folder) : join(options.dataDir, folder)
  const what = file.archive ? `${name} (or its ${file.file})` : `${file.file} (or ${file.file}.gz)`
  const advice = `put ${what} into ${place}${options.dataDir === undefined ? ', or name the folder that holds it as data folder' : ''}; it is published at ${file.url ?? dataset.home}`
  if (file.url === null) throw new InputError(`${dataset.name}: not available for download; ${advice}`)
  try {
    await download(file.url, path, {
      ...options.download,
      sha256: file.sha256,
      md5: file.md5 ?? null,
      onProgress: (progress) => options.onProgress?.({ file: name, ...progress }),
      onWait: () => options.onWait?.(name),
    })
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${dataset.name}: ${error.message}; ${advice}`)
    throw error
  }
  return path
}
