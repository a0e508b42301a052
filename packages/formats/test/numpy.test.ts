import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { python, runPython } from '@recdistill/testkit/python'
import { describe, expect, test } from 'vitest'
import {
  openNpy,
  openSafetensors,
  readNpz,
  tensor,
  toHalf,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from '../src/index.ts'

const missing = 'missing' in python ? python.missing : null
const folder = mkdtempSync(join(tmpdir(), 'recdistill-numpy-'))
const at = (name: string) => join(folder, name)

/** The format by its words alone, so that the check does not rest on the package `safetensors` being there. */
const readSafetensors = `
import json, sys, numpy
def load(path):
    with open(path, 'rb') as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), 'little')))
        data = file.read()
    kinds = {'F32': '<f4', 'F16': '<f2', 'I64': '<i8', 'I8': 'i1'}
    header.pop('__metadata__', None)
    return {name: numpy.frombuffer(data[e['data_offsets'][0]:e['data_offsets'][1]], kinds[e['dtype']]).reshape(e['shape']) for name, e in header.items()}
`

describe.skipIf(missing !== null)(`NumPy${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  test('reads the npy and npz files written here', async () => {
    const values = Float32Array.from([1.5, -2, 3e-8, 4, 5, 6])
    writeNpy(at('a.npy'), tensor(values, [2, 3]))
    await writeNpz(at('a.npz'), {
      half: tensor(toHalf(values), [3, 2], 'f16'),
      whole: tensor(BigInt64Array.of(-1n, 2n ** 40n), [2]),
      ids: ['a', 'Grüße', '', '日本🎬'],
    })
    const found = runPython(
      `import sys, json, numpy
a, z = numpy.load(sys.argv[1]), numpy.load(sys.argv[2])
print(json.dumps([str(a.dtype), a.tolist(), {n: [str(z[n].dtype), z[n].tolist()] for n in z.files}]))`,
      { args: [at('a.npy'), at('a.npz')] },
    )
    expect(found).toEqual([
      'float32',
      [Array.from(values.subarray(0, 3)), Array.from(values.subarray(3))],
      {
        half: [
          'float16',
          [
            [1.5, -2],
            [5.960464477539063e-8, 4], // the smallest half is the nearest to 3e-8
            [5, 6],
          ],
        ],
        whole: ['int64', [-1, 2 ** 40]],
        ids: ['<U5', ['a', 'Grüße', '', '日本🎬']],
      },
    ])
  })

  test('writes npy files of every type and order that are read here', async () => {
    runPython(
      `import sys, numpy
a = numpy.arange(12).reshape(4, 3) - 2
for t in ['<f4', '>f4', '<f2', '>f2', '<f8', '>f8', 'i1', '<i2', '>i4', '<i8', '>i8']:
    numpy.save(sys.argv[1] + '/' + t.replace('<', 'l').replace('>', 'b') + '.npy', a.astype(t))
numpy.save(sys.argv[1] + '/fortran.npy', numpy.asfortranarray(a.astype('>f8')))
numpy.save(sys.argv[1] + '/flat.npy', a[:, 0].astype('f4'))
numpy.savez(sys.argv[1] + '/plain.npz', a=numpy.asfortranarray(a), t=numpy.array(['é', 'xyz']), s=numpy.float32(2.5))
numpy.savez_compressed(sys.argv[1] + '/small.npz', a=a.astype('f4'))
print(1)`,
      { args: [folder] },
    )
    const all = Float32Array.from({ length: 12 }, (_, n) => n - 2)
    for (const name of [
      'lf4',
      'bf4',
      'lf2',
      'bf2',
      'lf8',
      'bf8',
      'i1',
      'li2',
      'bi4',
      'li8',
      'bi8',
      'fortran',
    ]) {
      const file = openNpy(at(`${name}.npy`))
      expect(file.shape, name).toEqual([4, 3])
      expect(file.fortran).toBe(name === 'fortran')
      expect(file.rows(), name).toEqual(all)
      expect(file.rows(1, 3), name).toEqual(all.slice(3, 9))
      file.close()
    }
    const flat = openNpy(at('flat.npy'))
    expect(flat.rows(1)).toEqual(Float32Array.of(1, 4, 7))
    flat.close()
    const plain = await readNpz(at('plain.npz'))
    expect(plain).toEqual({
      a: { shape: [4, 3], dtype: 'i64', data: BigInt64Array.from(Array.from(all, BigInt)) },
      t: ['é', 'xyz'],
      s: { shape: [], dtype: 'f32', data: Float32Array.of(2.5) },
    })
    expect(await readNpz(at('small.npz'), { only: ['a'] })).toEqual({ a: tensor(all, [4, 3]) })
  })

  test('reads the safetensors files written here, and rounds halves alike', () => {
    const values = Float32Array.from({ length: 4096 }, (_, n) => Math.sin(n) * 2 ** ((n % 60) - 30))
    writeSafetensors(
      at('a.safetensors'),
      {
        users: tensor(values, [1024, 4]),
        half: tensor(toHalf(values), [4096], 'f16'),
        'odd.i8': tensor(Int8Array.of(-1, 2, 3), [3]),
      },
      { format: 'np' },
    )
    const found = runPython(
      `${readSafetensors}
t = load(sys.argv[1])
numpy.seterr(over='ignore')
print(json.dumps([list(t['users'].shape), bool((t['users'].reshape(-1).astype('f2').view('u2') == t['half'].view('u2')).all()), t['odd.i8'].tolist(), float(t['users'][3, 1])]))`,
      { args: [at('a.safetensors')] },
    )
    expect(found).toEqual([[1024, 4], true, [-1, 2, 3], values[13]])
    const file = openSafetensors(at('a.safetensors'))
    expect(file.rows('users', 3, 4)).toEqual(values.slice(12, 16))
    file.close()
  })
})
