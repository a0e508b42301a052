import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { InputError } from '@recdistill/core'

/** A libtensorflow with its headers, in a folder of ours. */
export interface Library {
  /** Holds the two shared libraries, under the names they ask for each other by. */
  readonly folder: string
  readonly headers: string
  /** Of the library that has the C API, and of the one below it. */
  readonly files: readonly [string, string]
}

/** What the library that has the C API is called: in wheels from 2.15 on, and in archives of the C library. */
const names: Readonly<Record<string, readonly string[]>> = {
  linux: ['libtensorflow_cc.so.2', 'libtensorflow.so.2'],
  darwin: ['libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib'],
}
const below: Readonly<Record<string, string>> = {
  linux: 'libtensorflow_framework.so.2',
  darwin: 'libtensorflow_framework.2.dylib',
}

/**
 * The library in a folder that was unpacked or that the person gave: `site-packages/tensorflow`, an environment's
 * `site-packages`, or an unpacked archive of the C library with `lib` and `include`.
 * @param shown How messages call it.
 */
export function findLibrary(folder: string, shown: string): Library {
  const os = process.platform
  for (const [libraries, headers] of [
    [folder, join(folder, 'include')],
    [join(folder, 'tensorflow'), join(folder, 'tensorflow', 'include')],
    [join(folder, 'lib'), join(folder, 'include')],
  ]) {
    const main = names[os]?.find((name) => existsSync(join(libraries, name)))
    if (main === undefined) continue
    const framework = below[os]
    if (!existsSync(join(libraries, framework)))
      throw new InputError(`setup tensorflow: ${shown} holds ${main} but no ${framework}; it is not complete`)
    if (!existsSync(join(headers, 'tensorflow', 'c', 'eager', 'c_api.h')))
      throw new InputError(
        `setup tensorflow: ${shown} holds ${main} but no headers (include/tensorflow/c/eager/c_api.h); library and headers have to come from one package`,
      )
    return { folder: libraries, headers, files: [main, framework] }
  }
  const wanted = (names[os] ?? []).join(' or ')
  throw new InputError(
    `setup tensorflow: ${shown} holds no ${wanted}: expected a TensorFlow wheel of 2.15 or later for ${os} ${process.arch}, an archive of the C library, or a folder of one; it holds ${shownContent(folder)}`,
  )
}

/** Copies the two libraries; links that stand for them are followed. */
export function copyLibrary({ folder, files }: Library, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of files)
    copyFileSync(realpathSync(join(folder, name)), join(to, name), constants.COPYFILE_FICLONE)
}

function shownContent(folder: string): string {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return 'nothing'
  const content = readdirSync(folder)
  return content.length === 0
    ? 'nothing'
    : content
        .slice(0, 5)
        .map((name) => basename(name))
        .join(', ')
}
