import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@recdistill/core'
import { provisionFolder, readProvision, tensorflowHome } from '@recdistill/tensor/node-backend'
import { describe, expect, test } from 'vitest'
import { main } from '../main.ts'
import { compileBinding } from './compile.ts'
import { cudaWheels, npmPackages, officialArchive, pipPlatforms, tensorflowWheels } from './known.ts'
import { setupTensorFlow, undoTensorFlow, type SetupOptions } from './setup-tensorflow.ts'

const fresh = () => mkdtempSync(join(tmpdir(), 'recdistill-setup-'))

/** Programs of these tests in place of the machine's: `bin` first, then only what the system itself needs. */
function world(programs: Record<string, string> = {}) {
  const folder = fresh()
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  for (const name of ['tar', 'gzip', 'sh', 'cp', 'cat'])
    if (!(name in programs)) {
      const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
      writeFileSync(join(bin, name), `#!/bin/sh\nPATH=/usr/bin:/bin exec ${path} "$@"\n`)
      chmodSync(join(bin, name), 0o755)
    }
  const env = { PATH: bin, RECDISTILL_HOME: join(folder, 'home') }
  return { folder, env }
}

function options({ env }: { env: SetupOptions['env'] }, more: Partial<SetupOptions> = {}): SetupOptions {
  const defaults = { flavour: 'cpu', from: null, sha256: null, cuda: true, force: false } as const
  return { ...defaults, env, say: () => undefined, platform: 'linux-x64', ...more }
}

/** The one line that setup fails with; and nothing may be left of the attempt. */
async function failure(given: SetupOptions): Promise<string> {
  const error: unknown = await setupTensorFlow(given).then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(InputError)
  const { message } = error as Error
  expect(message).toMatch(/^setup tensorflow: /)
  expect(message).not.toContain('\n')
  const home = tensorflowHome(given.env)
  expect(existsSync(home) ? readdirSync(home) : []).toEqual([])
  return message
}

/** A zip archive without compression, as `python -m zipfile` would write it. */
function zip(path: string, members: Record<string, string>): string {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const [name, text] of Object.entries(members)) {
    const [file, data] = [Buffer.from(name), Buffer.from(text)]
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt32LE(0, 10)
    head.writeUInt32LE(data.length, 14)
    head.writeUInt32LE(data.length, 18)
    head.writeUInt16LE(file.length, 22)
    locals.push(Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), head, file, data]))
    const entry = Buffer.alloc(42)
    entry.writeUInt16LE(20, 0)
    head.copy(entry, 2, 0, 26)
    entry.writeUInt32LE(at, 38)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), entry, file]))
    at += 30 + file.length + data.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(central.length, 4)
  end.writeUInt16LE(central.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  writeFileSync(path, Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06', 'latin1'), end]))
  return path
}

const wheelName = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl'
const libraries = {
  'tensorflow/libtensorflow_cc.so.2': 'no library',
  'tensorflow/libtensorflow_framework.so.2': 'no library',
  'tensorflow/include/tensorflow/c/eager/c_api.h': '',
}
const onLinux = process.platform === 'linux'

test('every known wheel has its SHA-256 and a platform that pip can ask for', () => {
  for (const [platform, flavours] of Object.entries(tensorflowWheels)) {
    expect(pipPlatforms[platform].length).toBeGreaterThan(0)
    for (const { file, version, sha256 } of Object.values(flavours)) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(file).toContain(`-${version}-`)
    }
  }
  for (const { sha256 } of cudaWheels) expect(sha256).toMatch(/^[0-9a-f]{64}$/)
  for (const { integrity } of Object.values(npmPackages)) expect(integrity).toMatch(/^sha512-.{86}==$/)
})

test('the official archive is the one tfjs-node asks for, at a mirror where one is named', () => {
  expect(officialArchive('gpu', 'linux-x64', {})).toBe(
    'https://storage.googleapis.com/tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-2.9.1.tar.gz',
  )
  expect(officialArchive('cpu', 'linux-x64', { CDN_STORAGE: 'http://mirror/a' })).toMatch(
    /^http:\/\/mirror\/a\/tensorflow\/libtensorflow\/libtensorflow-cpu/,
  )
  expect(officialArchive('gpu', 'linux-arm64', {})).toBe(null)
})

describe('what is missing or wrong is one line that says what to do, and leaves nothing behind', () => {
  test('a platform without a wheel', async () => {
    expect(await failure(options(world(), { platform: 'win32-x64' }))).toMatch(/known for win32-x64.*WSL2/)
    expect(await failure(options(world(), { platform: 'darwin-arm64', flavour: 'gpu' }))).toMatch(
      /no TensorFlow with CUDA is known for darwin-arm64.*cpu driver/,
    )
    expect(await failure(options(world(), { platform: 'linux-arm64', from: 'archive' }))).toMatch(
      /no official archive of the cpu library for linux-arm64; use --from wheel/,
    )
  })

  test('no pip', async () => {
    expect(await failure(options(world()))).toMatch(
      /found no pip \(Python 3\); install it, or give .* --from/,
    )
    const noModule = world({ python3: 'echo "No module named pip" >&2; exit 1' })
    expect(await failure(options(noModule))).toMatch(/found no pip/)
  })

  test('pip that cannot download: its own error line is passed on', async () => {
    const offline = world({
      python3:
        'case "$*" in *--version*) exit 0;; esac\necho "WARNING: Retrying" >&2\necho "ERROR: Could not find a version that satisfies the requirement" >&2\nexit 1',
    })
    expect(await failure(options(offline))).toMatch(
      /pip cannot download tensorflow-cpu 2.21.0: ERROR: Could not find a version .*; check pip's index/,
    )
  })

  test('pip is asked for one exact file, by its hash', async () => {
    const spy = world({
      python3:
        'case "$*" in *--version*) exit 0;; esac\necho "$@" > "$0.said"\nfor last; do :; done\ncat "${last#--requirement=}" >> "$0.said"\nexit 1',
    })
    await failure(options(spy))
    const said = readFileSync(join(spy.folder, 'bin', 'python3.said'), 'utf8')
    expect(said).toMatch(/-m pip download --no-deps --require-hashes --only-binary=:all:/)
    expect(said).toMatch(/--python-version=3.11 .*--platform=manylinux_2_27_x86_64/)
    expect(said).toContain(
      `tensorflow-cpu==2.21.0 --hash=sha256:${tensorflowWheels['linux-x64'].cpu?.sha256}`,
    )
  })

  test('a wheel with another hash, from pip and from a path', async () => {
    const other = zip(join(fresh(), wheelName), libraries)
    const liar = world({
      python3: `case "$*" in *--version*) exit 0;; esac\nfor each; do case "$each" in --dest=*) cp ${other} "\${each#--dest=}";; esac; done`,
    })
    expect(await failure(options(liar))).toMatch(/expected SHA-256 2b847d21.*, got .*damaged or another one/)
    const given = options(world(), { from: other, sha256: 'ab'.repeat(32) })
    expect(await failure(given)).toMatch(new RegExp(`${wheelName}: expected SHA-256 (ab)+, got`))
  })

  test('a wheel that is none, is damaged, or is of something else', async () => {
    const folder = fresh()
    const broken = join(folder, 'tensorflow-2.21.0-broken.whl')
    writeFileSync(broken, 'not a zip')
    expect(await failure(options(world(), { from: broken }))).toMatch(/broken.whl is not a sound wheel/)
    const old = zip(join(folder, 'tensorflow-2.10.0-old.whl'), { 'tensorflow/python/_pywrap.so': '' })
    expect(await failure(options(world(), { from: old }))).toMatch(
      /tensorflow-2.10.0-old.whl holds no .*expected a TensorFlow wheel of 2.15 or later.*it holds nothing/,
    )
    const text = join(folder, 'notes.txt')
    writeFileSync(text, '')
    expect(await failure(options(world(), { from: text }))).toMatch(
      /notes.txt: expected a .whl, a .tar.gz or a folder/,
    )
    const archive = join(folder, 'libtensorflow.tar.gz')
    writeFileSync(archive, 'not an archive')
    expect(await failure(options(world(), { from: archive }))).toMatch(
      /libtensorflow.tar.gz cannot be unpacked/,
    )
  })

  test('a path that is not there', async () => {
    expect(await failure(options(world(), { from: 'wheels' }))).toMatch(
      /--from wheels: no such file or folder; expected wheel, archive, an address or a path/,
    )
  })

  test.runIf(onLinux)('a folder that is not complete', async () => {
    const folder = fresh()
    mkdirSync(join(folder, 'tensorflow', 'include'), { recursive: true })
    writeFileSync(join(folder, 'tensorflow', 'libtensorflow_cc.so.2'), '')
    expect(await failure(options(world(), { from: folder }))).toMatch(
      /no libtensorflow_framework.so.2; it is not complete/,
    )
    writeFileSync(join(folder, 'tensorflow', 'libtensorflow_framework.so.2'), '')
    expect(await failure(options(world(), { from: folder }))).toMatch(
      /no headers .*have to come from one package/,
    )
  })

  test('an address that answers with an error, or not at all', async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const from = `http://127.0.0.1:${port}/libtensorflow.tar.gz`
    expect(await failure(options(world(), { from }))).toMatch(
      /cannot be downloaded: the server answered 404.*--from/,
    )
    await new Promise((resolve) => server.close(resolve))
    expect(await failure(options(world(), { from }))).toMatch(/cannot be downloaded: .*ECONNREFUSED/)
  })

  test.runIf(onLinux)('no npm, and a package with another integrity', async () => {
    const from = zip(join(fresh(), wheelName), libraries)
    expect(await failure(options(world(), { from }))).toMatch(
      /npm cannot get @tensorflow\/tfjs-node@4.22.0: npm is not installed/,
    )
    const tarball = join(fresh(), 'package.tgz')
    const content = fresh()
    mkdirSync(join(content, 'package', 'binding'), { recursive: true })
    execFileSync('tar', ['-czf', tarball, '-C', content, 'package'])
    const npm = `for each; do case "$each" in --pack-destination=*) cp ${tarball} "\${each#--pack-destination=}/a.tgz";; esac; done`
    expect(await failure(options(world({ npm }), { from }))).toMatch(
      /expected integrity sha512-.*, got sha512-/,
    )
  })

  test('no compiler, and one that fails', async () => {
    const build = (programs: Record<string, string>) => {
      const library = { folder: '/', headers: '/', files: ['a', 'b'] } as const
      const { env } = world(programs)
      return compileBinding({ sources: '/', nodeHeaders: '/', library, libraries: '/', out: '/x', env })
    }
    await expect(build({})).rejects.toThrow(/found no C\+\+ compiler .*apt install g\+\+/)
    const failing = {
      'c++':
        'case "$*" in *--version*) exit 0;; esac\necho "a.cc:3: fatal error: c_api.h: no such file" >&2; exit 1',
    }
    await expect(build(failing)).rejects.toThrow(/does not compile: a.cc:3: fatal error: c_api.h.*C\+\+17/)
  })

  test('a home that cannot be written', async () => {
    const home = join(fresh(), 'file')
    writeFileSync(home, '')
    const given = options({ env: { ...world().env, RECDISTILL_HOME: home } })
    await expect(setupTensorFlow(given)).rejects.toThrow(/cannot be written .*RECDISTILL_HOME/)
  })
})

test('an earlier library stays when the next one cannot be built', async () => {
  const place = world()
  const folder = provisionFolder('cpu', place.env)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'provision.json'), 'kept')
  await expect(setupTensorFlow(options(place, { from: 'nowhere' }))).rejects.toThrow(InputError)
  expect(readFileSync(join(folder, 'provision.json'), 'utf8')).toBe('kept')
  expect(readdirSync(tensorflowHome(place.env))).toEqual(['cpu'])
})

test('undo removes what was provisioned and no more; doing it again is no error', async () => {
  const { env } = world()
  for (const flavour of ['cpu', 'gpu'] as const) mkdirSync(provisionFolder(flavour, env), { recursive: true })
  const beside = join(tensorflowHome(env), 'notes')
  writeFileSync(beside, '')
  const killed = mkdtempSync(join(tensorflowHome(env), '.gpu-'))
  expect(undoTensorFlow(['gpu'], env)).toEqual([killed, provisionFolder('gpu', env)])
  const words: string[] = []
  const io = {
    stdout: { write: (text: string) => words.push(text) },
    stderr: { write: (text: string) => words.push(text) },
    env,
    onInterrupt: () => () => undefined,
  }
  expect(await main(['setup', 'tensorflow', '--undo'], io)).toBe(0)
  expect(words.join('')).toBe(`removed ${provisionFolder('cpu', env)}\n`)
  expect(readdirSync(tensorflowHome(env))).toEqual(['notes'])
  expect(await main(['setup', 'tensorflow', '--undo'], io)).toBe(0)
  expect(words.at(-1)).toBe('nothing to remove\n')
  expect(readProvision(provisionFolder('cpu', env))).toBe(null)
})

test('the command fails with one line and code 2', async () => {
  let said = ''
  const write = (text: string) => (said += text)
  const { env } = world()
  const io = { stdout: { write }, stderr: { write }, env, onInterrupt: () => () => undefined }
  expect(await main(['setup', 'tensorflow', '--from', 'nowhere'], io)).toBe(2)
  expect(said).toMatch(/^recdistill: setup tensorflow: --from nowhere: no such file or folder[^\n]*\n$/)
})
