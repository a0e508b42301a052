import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { python, runPython } from '@recdistill/testkit/python'
import { describe, expect, test } from 'vitest'
import { exportModel } from '../src/index.ts'
import { bestItems, vectorModel } from './world.ts'

const missing = 'missing' in python ? python.missing : null
const folder = mkdtempSync(join(tmpdir(), 'recdistill-python-'))

/** The format by its words alone: the package `safetensors` need not be there. */
const safetensors = `
import json, numpy
def load_file(path):
    with open(path, 'rb') as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), 'little')))
        data = file.read()
    kinds = {'F32': '<f4', 'F16': '<f2', 'I8': 'i1', 'I32': '<i4'}
    header.pop('__metadata__')
    return {name: numpy.frombuffer(data[slice(*e['data_offsets'])], kinds[e['dtype']]).reshape(e['shape']) for name, e in header.items()}
`

/** The lines that the card shows for a format. */
function shown(out: string, to: string): string {
  const card = readFileSync(join(out, 'model-card.md'), 'utf8')
  return /```python\n([^`]*)```/.exec(card.slice(card.indexOf(`### ${to}`)))![1]
}

describe.skipIf(missing !== null)(`NumPy${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  test.for(['f32', 'f16', 'int8'] as const)(
    'what the card says of safetensors and npz runs, with %s',
    async (precision) => {
      const model = vectorModel({ users: 6, items: 300, dim: 7, seed: 4 })
      const out = join(folder, precision)
      await exportModel(model, { to: ['safetensors', 'npz'], out, precision })
      mkdirSync(join(out, 'safetensors'))
      writeFileSync(join(out, 'safetensors', 'numpy.py'), safetensors)
      const best = bestItems(model, 0, 20).items

      const found = runPython(
        `${shown(out, 'safetensors')}
import json
ids = json.load(open('items.json', encoding='utf8'))
print(json.dumps([best.tolist(), [ids[place] for place in best], json.load(open('users.json', encoding='utf8'))]))`,
        { folder: out },
      ) as [number[], string[], string[]]
      if (precision === 'f32') expect(found[0]).toEqual(best)
      else expect(found[0].filter((item) => best.includes(item)).length).toBeGreaterThan(16)
      expect(found[1]).toEqual(found[0].map((item) => model.items[item]))
      expect(found[2]).toEqual(model.users)

      const fromNpz = runPython(
        `${shown(out, 'npz')}
import json
print(json.dumps([(-scores).argsort()[:20].tolist(), model['user_ids'].tolist(), model['item_ids'].tolist(), model['seen_items'].tolist()]))`,
        { folder: out },
      )
      expect(fromNpz).toEqual([found[0], model.users, model.items, Array.from(model.seen.items)])
    },
  )
})
