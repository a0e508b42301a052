import { InputError } from '@recdistill/core'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openNpy, openSafetensors, readNpz, tensor, writeNpy, writeNpz, writeSafetensors } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'recdistill-malformed-'))
const at = (name: string) => join(folder, name)
const put = (name: string, bytes: Uint8Array | string) => {
  writeFileSync(at(name), bytes)
  return at(name)
}
const numbers = tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(InputError)
    expect((error as Error).message).not.toContain('\n')
    return (error as Error).message
  }
  throw new Error('was not refused')
}

test('npy: each defect has its own line', () => {
  writeNpy(at('good.npy'), numbers)
  const good = readFileSync(at('good.npy'))
  const altered = (from: string, to: string) =>
    Buffer.from(good.toString('latin1').replace(from, to.padEnd(from.length)), 'latin1')
  const cases: [Uint8Array, RegExp][] = [
    [Buffer.alloc(0), /not an npy file/],
    [Buffer.from('user,item\n1,2\n'), /not an npy file/],
    [good.subarray(0, 60), /cut short: its header needs/],
    [good.subarray(0, -1), /cut short: \[2, 3\] of <f4 needs/],
    [Buffer.concat([good, Buffer.of(0)]), /longer than it says/],
    [altered('(2, 3)', '(2, 9)'), /cut short/],
    [altered("'<f4'", "'|O'"), /holds "\|O", expected plain numbers/],
    [altered("'<f4'", "[('a', '<f4')]"), /expected plain numbers|lacks/],
    [altered("'<f4'", "'<U1'"), /holds texts, expected numbers/],
    [altered('shape', 'shope'), /lacks descr, fortran_order or shape/],
    [Buffer.from(good).fill(9, 6, 7), /npy format 9\.0 is not known/],
  ]
  for (const [bytes, words] of cases) expect(refusal(() => openNpy(put('bad.npy', bytes)))).toMatch(words)
  expect(refusal(() => openNpy(at('absent.npy')))).toMatch(/cannot read .*no such file/)
  expect(refusal(() => openNpy(folder))).toMatch(/is a folder/)
})

test('npy: NaN is refused with its place, infinity unless it is kept', () => {
  writeNpy(at('nan.npy'), tensor(Float32Array.of(1, 2, 3, NaN), [2, 2]))
  const nan = openNpy(at('nan.npy'), { infinite: 'keep' })
  expect(nan.rows(0, 1)).toEqual(Float32Array.of(1, 2))
  expect(refusal(() => nan.rows(1))).toMatch(/nan\.npy: row 1, column 1 \(from 0\) is NaN/)
  writeNpy(at('inf.npy'), tensor(Float64Array.of(-Infinity, 1e300), [1, 2]))
  expect(refusal(() => openNpy(at('inf.npy')).rows())).toMatch(/column 0 .* is -Infinity/)
  expect(openNpy(at('inf.npy'), { infinite: 'keep' }).rows()).toEqual(Float32Array.of(-Infinity, Infinity))
})

test('npz: damage and absent arrays are named', async () => {
  await writeNpz(at('good.npz'), { a: numbers })
  const bytes = readFileSync(at('good.npz'))
  const refused = (work: Promise<unknown>) => expect(work).rejects
  await refused(readNpz(at('good.npz'), { only: ['b'] })).toThrow('holds no array "b"')
  await refused(readNpz(put('short.npz', bytes.subarray(0, -30)))).toThrow(/not a sound npz archive/)
  const altered = Buffer.from(bytes)
  altered[altered.indexOf('NUMPY') + 130] ^= 1
  await refused(readNpz(put('altered.npz', altered))).toThrow(/CRC-32 of a\.npy does not match/)
  await refused(readNpz(at('absent.npz'))).toThrow(/cannot read .*no such file/)
})

test('safetensors: each defect has its own line', () => {
  writeSafetensors(at('good.safetensors'), { a: numbers })
  const good = readFileSync(at('good.safetensors'))
  const file = (header: unknown, data = 24) => {
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(text.length))
    return Buffer.concat([length, text, Buffer.alloc(data)])
  }
  const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({
    dtype,
    shape,
    data_offsets: offsets,
  })
  const cases: [Uint8Array, RegExp][] = [
    [Buffer.alloc(3), /3 bytes are too few/],
    [Buffer.from('a plain text, much longer than its magic'), /header would be \d+ bytes long/],
    [good.subarray(0, 40), /header would be/],
    [good.subarray(0, -4), /cut short: its tensors need 24 bytes, the file has 20/],
    [Buffer.concat([good, Buffer.of(1)]), /longer than it says/],
    [file('{"a": '), /header is not JSON/],
    [file('[1]'), /not a JSON object/],
    [file({ __metadata__: { a: 1 } }, 0), /__metadata__/],
    [file({ a: 3 }), /expected dtype, shape and data_offsets/],
    [file({ a: entry('F8_E4M3', [24], [0, 24]) }), /type "F8_E4M3" is not read here/],
    [file({ a: entry('F32', [2, -3], [0, 24]) }), /shape \[2,-3\]/],
    [file({ a: entry('F32', [6], [24, 0]) }), /data_offsets \[24,0\]/],
    [file({ a: entry('F32', [7], [0, 24]) }), /\[7\] of F32 needs 28 bytes, its offsets give 24/],
    [
      file({ a: entry('F32', [4], [0, 16]), b: entry('F32', [4], [8, 24]) }),
      /neither overlap nor leave holes/,
    ],
    [file({ a: entry('F32', [1], [0, 4]), b: entry('F32', [4], [8, 24]) }), /begins at byte 8, expected 4/],
  ]
  for (const [bytes, words] of cases)
    expect(refusal(() => openSafetensors(put('bad.safetensors', bytes)))).toMatch(words)
  const sound = openSafetensors(at('good.safetensors'))
  expect(refusal(() => sound.rows('b'))).toMatch(/no tensor "b"; it has a; did you mean "a"/)
  sound.close()
  writeSafetensors(at('nan.safetensors'), { 'user.weight': tensor(Float32Array.of(1, NaN), [2, 1]) })
  const nan = openSafetensors(at('nan.safetensors'))
  expect(refusal(() => nan.rows('user.weight'))).toMatch(/"user\.weight": row 1, column 0 \(from 0\) is NaN/)
  nan.close()
})

test('files whose bytes are random are refused or read, and never anything else', () => {
  const sound = [readFileSync(at('good.npy')), readFileSync(at('good.safetensors'))]
  for (let n = 0; n < 400; n++) {
    for (const [which, open] of [openNpy, openSafetensors].entries()) {
      const bytes = Buffer.from(sound[which])
      bytes[((n * 7919) % 120) % bytes.length] ^= 1 << (n % 8)
      try {
        open(put('random', bytes)).close()
      } catch (error) {
        expect(error).toBeInstanceOf(InputError)
      }
    }
  }
})
