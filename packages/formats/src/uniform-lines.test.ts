import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { readScoredLists, readVectors, tableKind } from './index.ts'
import { uniformLines } from './uniform-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-lines-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text)
  return path
}

test('tables whose lines end in two ways are read, in whichever order the ends come', async () => {
  for (const [one, two] of [
    ['\r\n', '\n'],
    ['\n', '\r\n'],
  ])
    for (const name of ['mixed.csv', 'mixed.csv.gz']) {
      const lists = put(name, ['user,item,score', 'a,x,2', `b,y,1${two}a,y,3`, ''].join(one))
      expect(await tableKind(lists)).toBe('lists')
      const read = await readScoredLists(lists)
      expect(read).toMatchObject({ users: ['a', 'b'], items: ['x', 'y'] })
      expect(Array.from(read.scores)).toEqual([3, 2, 1])
      const vectors = put(name, `id,v0,v1${one}a,1,2${two}b,3,4${one}`)
      expect(await readVectors(vectors)).toEqual({
        ids: ['a', 'b'],
        dim: 2,
        data: Float32Array.of(1, 2, 3, 4),
      })
    }
})

test('what is wrong in such a table is told of the file that was given', async () => {
  const path = put('wrong.csv', 'user,item,score\r\na,x,2\nb,y,none\r\n')
  await expect(readScoredLists(path)).rejects.toThrow(`${path}: row 2 has none as its score`)
})

test('line ends are the same wherever the bytes are cut', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '\r', '\n'), maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(text, fc.boolean(), fc.integer({ min: 1, max: 5 }), async (written, wide, size) => {
      const coding = wide ? 'utf16le' : 'utf8'
      const bytes = Buffer.from(written, coding)
      async function* cut() {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
      }
      const out: Buffer[] = []
      for await (const chunk of uniformLines(cut(), wide)) out.push(chunk)
      expect(Buffer.concat(out).toString(coding)).toBe(
        written.replaceAll('\r\n', '\n').replaceAll('\r', '\n'),
      )
    }),
  )
})
