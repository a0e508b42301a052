import { tensor, writeSafetensors, type Tensor } from '@recdistill/formats'
import { join } from 'node:path'
import type { Deployable } from './deployable.ts'
import type { WriteContext } from './writer.ts'
import { tableOf } from './table.ts'

/** `model.safetensors`: `users`, `items`, with int8 their scales, and the seen items as rows between offsets. */
export function writeSafetensorsModel(
  model: Deployable,
  { folder, precision }: WriteContext,
): Promise<string> {
  const { form, seen, facts } = model
  const rows = {
    seen_offsets: tensor(Int32Array.from(seen.offsets), [seen.offsets.length]),
    seen_items: tensor(Int32Array.from(seen.items), [seen.items.length]),
  }
  const metadata = {
    format: 'pt',
    model: facts.name,
    backbone: facts.model.backbone.name,
    split: facts.split.hash,
    created_by: facts.createdBy,
  }
  writeSafetensors(join(folder, 'model.safetensors'), { ...tensorsOf(model, precision), ...rows }, metadata)
  const load = ['from safetensors.numpy import load_file', "model = load_file('model.safetensors')"]
  const use =
    form.kind === 'parameters'
      ? ['print({name: tensor.shape for name, tensor in model.items()})']
      : [
          ...(precision === 'int8'
            ? [
                "users = model['users'].astype('f4') * model['users_scale'][:, None]",
                "items = model['items'].astype('f4') * model['items_scale'][:, None]",
              ]
            : ["users, items = model['users'].astype('f4'), model['items'].astype('f4')"]),
          'scores = items @ users[0]  # of the first id in users.json',
          "start, end = model['seen_offsets'][0:2]",
          "scores[model['seen_items'][start:end]] = float('-inf')",
          'best = (-scores).argsort()[:20]  # places in items.json',
        ]
  return Promise.resolve(['```python', ...load, ...use, '```'].join('\n'))
}

/** The tables, or the parameters of a model that has none, under their names. */
export function tensorsOf({ form }: Pick<Deployable, 'form'>, precision: WriteContext['precision']) {
  if (form.kind === 'parameters') return form.tensors
  const out: Record<string, Tensor> = {}
  for (const of of ['users', 'items'] as const) {
    const table = tableOf(form[of], form.dim, precision)
    const shape = [table.rows, table.dim]
    out[of] = table.precision === 'f16' ? tensor(table.values, shape, 'f16') : tensor(table.values, shape)
    if (table.precision === 'int8') out[`${of}_scale`] = tensor(table.scales, [table.rows])
  }
  return out
}
