import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defineDataset, type DatasetDefinition } from './define-dataset.ts'
import { findDataset, listDatasets } from './datasets/find-dataset.ts'
import { extractMember } from './fetch/extract-member.ts'
import { locateFile } from './fetch/locate.ts'
import { inspectSplit } from './inspect/inspect-split.ts'
import { parseDataRequest } from './data-request.ts'
import { prepareSplit, type DataProgress } from './prepare-split.ts'
import { parseSplitRule } from './split/parse-split-rule.ts'

let folder: string
let cacheDir: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recdistill-prepare-'))
  cacheDir = join(folder, 'cache')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

const csv = `user,item,rating\n${Array.from({ length: 60 }, (_, n) => `u${n % 6},i${(n * 7) % 23},${1 + (n % 5)}`).join('\n')}\n`

test('asking again reads the finished split and gives the same', async () => {
  const seen: DataProgress['stage'][] = []
  const request = { files: file('a.csv', csv), split: 'ratio:0.8,0.1,0.1:random' }
  const options = { cacheDir, seed: 3, onProgress: ({ stage }: DataProgress) => seen.push(stage) }
  const first = await prepareSplit(request, options)
  const second = await prepareSplit(request, options)
  expect(second).toEqual(first)
  expect(seen).toEqual(['read', 'split', 'cached'])
  expect(readdirSync(join(cacheDir, 'splits'))).toHaveLength(1)
})

test('the same file in another place is the same split, and the manifest names the place it was read from', async () => {
  const [here, there] = [file('here/a.csv', csv), file('there/a.csv', csv)]
  const first = await prepareSplit({ files: here }, { cacheDir })
  const second = await prepareSplit({ files: there }, { cacheDir })
  expect(readdirSync(join(cacheDir, 'splits'))).toHaveLength(1)
  expect([first, second].map(({ manifest }) => manifest.sources[0].file)).toEqual([here, there])
  expect(second.manifest.hash).toBe(first.manifest.hash)
})

test('another seed, filter, rule or file is another split; a damaged one is made again', async () => {
  const path = file('a.csv', csv)
  const request = { files: path, split: 'loo:random' }
  const first = await prepareSplit(request, { cacheDir, seed: 1 })
  await prepareSplit(request, { cacheDir, seed: 2 })
  await prepareSplit({ ...request, filters: [{ filter: 'rating', min: 2 }] }, { cacheDir, seed: 1 })
  await prepareSplit({ ...request, split: 'last:2' }, { cacheDir, seed: 1 })
  const names = readdirSync(join(cacheDir, 'splits'))
  expect(names).toHaveLength(4)
  for (const name of names) writeFileSync(join(cacheDir, 'splits', name), 'damaged')
  expect(await prepareSplit(request, { cacheDir, seed: 1 })).toEqual(first)
  file('a.csv', csv.replace('u0,i0', 'u0,i99'))
  await prepareSplit(request, { cacheDir, seed: 1 })
  expect(readdirSync(join(cacheDir, 'splits'))).toHaveLength(5)
})

test('the manifest tells source, filters in order, rule and counts', async () => {
  const path = file('a.csv', csv)
  const filters = [
    { filter: 'rating' as const, min: 2 },
    { filter: 'k-core' as const, users: 2, items: 0 },
  ]
  const { manifest, facts } = await prepareSplit(
    { files: path, filters, split: 'last:1', name: 'mine' },
    { cacheDir, seed: 9 },
  )
  expect(manifest).toMatchObject({
    dataset: 'mine',
    sources: [{ file: path, bytes: csv.length }],
    filters: [filters[0], { filter: 'duplicates', keep: 'first' }, filters[1]],
    rule: { rule: 'leave-last', n: 1, order: 'last' },
    seed: null,
  })
  expect(facts.steps.map(({ interactions }) => interactions)).toEqual([60, 48, 48, 48])
})

test('given files share ids, and what stands only in test is reported', async () => {
  const request = {
    train: file('train.csv', 'user,item\na,1\na,2\nb,1\n'),
    test: file('test.csv', 'user,item\na,3\nc,1\nb,1\n'),
  }
  const split = await prepareSplit(request, { cacheDir })
  expect(split.manifest.counts).toEqual({ users: 3, items: 3, train: 3, valid: 0, test: 3 })
  const found = new Map(inspectSplit(split).map((finding) => [finding.id, finding]))
  expect(found.get('cold-test')!.values['cold']).toBe(1)
  expect(found.get('users-without-train')!.values['users']).toBe(1)
  expect(found.get('overlap')).toMatchObject({ level: 'problem', values: { repeated: 1 } })
  expect(found.get('no-valid')).toMatchObject({ level: 'warning' })
})

test('every generated set but the largest two prepares, and is the same again', async () => {
  for (const preset of ['tiny', 'quick', 'small']) {
    const split = await prepareSplit({ dataset: `synthetic:${preset}` }, { cacheDir })
    expect(split.ids).toBeNull()
    const again = await prepareSplit({ dataset: `synthetic:${preset}` }, { cacheDir: join(folder, 'other') })
    expect(again.manifest).toEqual(split.manifest)
  }
})

test('a rule in place of a split name keeps the filters of the data set', async () => {
  const split = await prepareSplit({ dataset: 'synthetic:tiny', split: 'time:0.7,0.9' }, { cacheDir })
  expect(split.manifest.rule).toEqual({ rule: 'time', by: 'share', cuts: [0.7, 0.9] })
  await expect(prepareSplit({ dataset: 'synthetic:tiny', split: 'files' }, { cacheDir })).rejects.toThrow(
    /comes as one file/,
  )
})

const little = (url: string | null): DatasetDefinition =>
  defineDataset({
    name: 'little:one',
    about: '',
    citation: '',
    licence: '',
    home: 'https://example.org/little',
    defaultSplit: 'all',
    splits: {
      all: {
        about: '',
        source: {
          kind: 'files',
          parts: {
            all: [
              { file: 'r.csv', url, sha256: null, archive: { file: 'little.zip', member: /(^|\/)r\.csv$/ } },
            ],
          },
          expect: null,
        },
        filters: [],
        rule: parseSplitRule('loo'),
      },
    },
  })

const fileOf = (definition: DatasetDefinition) => {
  const { source } = definition.splits['all']
  if (source.kind !== 'files' || !('all' in source.parts)) throw new Error('not files')
  return source.parts.all[0]
}

test('a file is found in the data folder under its own name, gzipped, or in its archive, or else downloaded', async () => {
  const zip = zipOf('deep/r.csv', csv)
  const server = createServer((_, response) => response.end(zip))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const definition = little(`http://127.0.0.1:${(server.address() as AddressInfo).port}/little.zip`)
  const find = (dataDir?: string) => locateFile(definition, fileOf(definition), { cacheDir, dataDir })

  file('plain/little-one/r.csv', csv)
  expect((await find(join(folder, 'plain'))).name).toBe('little-one/r.csv')
  file('gzipped/little-one/r.csv.gz', gzipSync(csv))
  expect((await find(join(folder, 'gzipped'))).name).toBe('little-one/r.csv.gz')
  file('zipped/little.zip', zip)
  expect(readFileSync((await find(join(folder, 'zipped'))).path, 'utf8')).toBe(csv)
  rmSync(cacheDir, { recursive: true })
  expect(readFileSync((await find()).path, 'utf8')).toBe(csv)
  server.close()
  expect(existsSync(join(cacheDir, 'datasets/little-one/little.zip'))).toBe(true)
  expect((await find()).path).toBe(join(cacheDir, 'datasets/little-one/r.csv')) // no server any more
})

test('without network and cache the message says what to put where', async () => {
  const definition = little('http://127.0.0.1:9/little.zip')
  const find = (dataDir?: string) =>
    locateFile(definition, fileOf(definition), { cacheDir, dataDir, download: { retries: 0 } })
  await expect(find('/data')).rejects.toThrow(
    'put little.zip (or its r.csv) into /data/little-one; it is published at http://127.0.0.1:9/little.zip',
  )
  await expect(find()).rejects.toThrow(`into ${join(cacheDir, 'datasets/little-one')}, or name the folder`)
})

test('a copy that is not the published one is refused', async () => {
  file('data/citeulike-a/users.dat', '2 1 2\n3 1 2 3\n')
  await expect(
    prepareSplit({ dataset: 'citeulike-a' }, { cacheDir, dataDir: join(folder, 'data') }),
  ).rejects.toThrow(/citeulike-a: expected 5551 users, the files have 2; they are not the published ones/)
})

test('a damaged archive, or one without the file, is one line and leaves nothing', async () => {
  const target = join(folder, 'out.csv')
  const cut = file('cut.zip', zipOf('r.csv', csv).subarray(0, 100))
  await expect(extractMember(cut, /r\.csv$/, target)).rejects.toThrow(/not a sound zip archive/)
  const other = file('other.zip', zipOf('x.csv', csv))
  await expect(extractMember(other, /r\.csv$/, target)).rejects.toThrow(/has no member like/)
  const altered = zipOf('r.csv', csv)
  altered[60] ^= 1
  await expect(extractMember(file('altered.zip', altered), /r\.csv$/, target)).rejects.toThrow(/CRC-32/)
  expect(readdirSync(folder).filter((name) => name.startsWith('out.csv'))).toEqual([])
})

test('every named set says where it is from, and its rules are sound', () => {
  const datasets = listDatasets()
  expect(new Set(datasets.map(({ name }) => name)).size).toBe(datasets.length)
  for (const { name, citation, licence, home, splits, defaultSplit } of datasets) {
    expect(
      [citation, licence, home].every((text) => text.length > 3),
      name,
    ).toBe(true)
    expect(Object.keys(splits), name).toContain(defaultSplit)
    for (const { source } of Object.values(splits))
      if (source.kind === 'files')
        for (const { url, sha256 } of Object.values(source.parts).flat()) {
          expect(url, name).toMatch(/^https:\/\//)
          if (sha256) expect(sha256, name).toMatch(/^[0-9a-f]{64}$/)
        }
  }
  expect(findDataset('amazon-2023:all-beauty').name).toBe('amazon-2023:All_Beauty')
})

test('requests are checked whole', () => {
  expect(parseDataRequest({ files: 'a.csv', filters: [{ filter: 'k-core', users: 5 }] })).toEqual({
    files: 'a.csv',
    filters: [{ filter: 'k-core', users: 5, items: 0 }],
  })
  expect(() => parseDataRequest({ dataset: 'x', split: { rule: 'ratio', ratios: [1] } })).toThrow(
    /data\.split/,
  )
})

test('options are checked before anything is read', async () => {
  const request = { dataset: 'synthetic:tiny' }
  for (const options of [undefined, {}, { cachDir: 'x' }, { cacheDir: '' }])
    await expect(prepareSplit(request, options as never)).rejects.toThrow(
      'prepareSplit.cacheDir: expected a folder for downloads and finished splits, got',
    )
  for (const seed of [1.5, '3', NaN])
    await expect(prepareSplit(request, { cacheDir: 'x', seed: seed as number })).rejects.toThrow(
      'prepareSplit.seed: expected a whole number, got',
    )
})

/** A zip archive of one stored file, written after APPNOTE 4.3. */
function zipOf(name: string, text: string): Buffer {
  const data = Buffer.from(text)
  const path = Buffer.from(name)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0) // version needed
  common.writeUInt32LE(crc32(data), 10)
  common.writeUInt32LE(data.length, 14)
  common.writeUInt32LE(data.length, 18)
  common.writeUInt16LE(path.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, path, data])
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02\x14\x00', 'latin1'),
    common,
    Buffer.alloc(14), // comment, disk, attributes, offset 0
    path,
  ])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}
