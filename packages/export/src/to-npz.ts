import { tensor, writeNpz } from '@recdistill/formats'
import { join } from 'node:path'
import type { Deployable } from './deployable.ts'
import type { WriteContext } from './writer.ts'
import { tensorsOf } from './to-safetensors.ts'

/** `model.npz`: the tables as in safetensors, the seen items, and the ids as texts. */
export async function writeNpzModel(model: Deployable, { folder, precision }: WriteContext): Promise<string> {
  const { users, items, seen, form } = model
  await writeNpz(join(folder, 'model.npz'), {
    ...tensorsOf(model, precision),
    user_ids: users,
    item_ids: items,
    seen_offsets: tensor(Int32Array.from(seen.offsets), [seen.offsets.length]),
    seen_items: tensor(Int32Array.from(seen.items), [seen.items.length]),
  })
  const load = ['import numpy', "model = numpy.load('model.npz')"]
  const scaled = (of: string) =>
    precision === 'int8'
      ? `${of} = model['${of}'].astype('f4') * model['${of}_scale'][:, None]`
      : `${of} = model['${of}'].astype('f4')`
  const use =
    form.kind === 'parameters'
      ? ['print({name: model[name].shape for name in model.files})']
      : [
          scaled('users'),
          scaled('items'),
          'scores = items @ users[0]',
          "start, end = model['seen_offsets'][0:2]",
          "scores[model['seen_items'][start:end]] = float('-inf')",
          "print(model['user_ids'][0], model['item_ids'][(-scores).argsort()[:20]])",
        ]
  return ['```python', ...load, ...use, '```'].join('\n')
}
