import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { InputError } from '@recdistill/core'
import type { Flavour } from '@recdistill/tensor/node-backend'
import { download } from './download.ts'
import { expectSha256 } from './hash-file.ts'
import { officialArchive, tensorflowWheels } from './known.ts'
import { findLibrary, type Library } from './library.ts'
import { downloadWheels } from './pip.ts'
import { expectTool, type Env } from './run-tool.ts'
import { unzip } from './unzip.ts'

export interface Source {
  readonly library: Library
  /** What it was, for people. */
  readonly from: string
  readonly sha256: string | null
  readonly verified: boolean
  /** What its name or metadata says it is; null where nothing does. */
  readonly version: string | null
}

export interface Request {
  readonly flavour: Flavour
  /** `wheel`, `archive`, an address, a file or a folder; null takes the wheel. */
  readonly from: string | null
  readonly sha256: string | null
  readonly platform: string
  readonly env: Env
  /** A folder of the caller's that everything may be put into. */
  readonly work: string
  readonly say: (text: string) => void
}

/** The library that was asked for, unpacked and checked. @throws InputError of one line. */
export async function acquire(request: Request): Promise<Source> {
  const { from, flavour, platform, env } = request
  if (from === null || from === 'wheel') return fromIndex(request)
  if (from === 'archive') {
    const url = officialArchive(flavour, platform, env)
    if (url === null)
      throw new InputError(
        `setup tensorflow: there is no official archive of the ${flavour} library for ${platform}; use --from wheel, or a folder`,
      )
    return fromUrl(url, request)
  }
  if (/^https?:\/\//.test(from)) return fromUrl(from, request)
  const path = resolve(from)
  if (!existsSync(path))
    throw new InputError(
      `setup tensorflow: --from ${from}: no such file or folder; expected wheel, archive, an address or a path`,
    )
  if (!statSync(path).isDirectory()) return fromFile(path, request, request.sha256)
  const version = /tensorflow(?:_cpu|_gpu)?-(\d+\.\d+\.\d+)/.exec(path)?.[1] ?? null
  return { library: findLibrary(path, from), from: path, sha256: null, verified: false, version }
}

async function fromIndex(request: Request): Promise<Source> {
  const { flavour, platform, env, work, say, sha256 } = request
  const wheel = tensorflowWheels[platform]?.[flavour]
  if (wheel === undefined) throw new InputError(`setup tensorflow: ${unsupported(flavour, platform)}`)
  say(`downloading ${wheel.file} with pip`)
  const folder = join(work, 'wheel')
  mkdirSync(folder)
  const [path] = await downloadWheels([wheel], { folder, platform, env })
  return fromFile(path, request, sha256 ?? wheel.sha256)
}

function unsupported(flavour: Flavour, platform: string): string {
  const which = flavour === 'gpu' ? ' with CUDA' : ''
  const advice = platform.startsWith('win32')
    ? 'use it inside WSL2, or stay with the cpu driver'
    : 'stay with the cpu driver, or give a library for this platform with --from'
  return `no TensorFlow${which} is known for ${platform} (known: ${Object.keys(tensorflowWheels).join(', ')}); ${advice}`
}

async function fromUrl(url: string, request: Request): Promise<Source> {
  const path = join(request.work, basename(new URL(url).pathname) || 'library')
  request.say(`downloading ${url}`)
  await download(url, path)
  return { ...(await fromFile(path, request, request.sha256)), from: url }
}

async function fromFile(path: string, { work, env, say }: Request, expected: string | null): Promise<Source> {
  const sha256 = await expectSha256(path, expected)
  const name = basename(path)
  if (expected === null)
    say(`${name}: SHA-256 ${sha256}, compared with nothing; say what it should be with --sha256`)
  const folder = mkdtempSync(join(work, 'library-'))
  say(`unpacking ${name}`)
  if (name.endsWith('.whl')) {
    await unzip(path, partsOfWheel, folder)
  } else if (/\.(tar\.gz|tgz)$/.test(name)) {
    await expectTool(`${name} cannot be unpacked`, ['tar', '-xzf', path, '-C', folder], {
      env,
      advice: 'get it again',
    })
  } else
    throw new InputError(
      `setup tensorflow: ${name}: expected a .whl, a .tar.gz or a folder; the name tells which it is`,
    )
  // Downloads of this run have done their work; a file of the person's stays.
  if (path.startsWith(work)) rmSync(path)
  const version = /^(?:lib)?tensorflow\w*-(?:\w+-)*?(\d+\.\d+\.\d+)/.exec(name)?.[1] ?? null
  return { library: findLibrary(folder, name), from: name, sha256, verified: expected !== null, version }
}

/** The libraries, and the headers that the C API includes. */
const partsOfWheel =
  /^tensorflow\/(libtensorflow_\w+\.(so\.2|2\.dylib)|include\/(tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|(xla\/)?tsl\/c)\/.*\.h)$/
