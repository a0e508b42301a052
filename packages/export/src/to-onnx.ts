import { InputError } from '@recdistill/core'
import { writeFileAtomic } from '@recdistill/core/files'
import { join } from 'node:path'
import type { Deployable } from './deployable.ts'
import type { WriteContext } from './writer.ts'
import { dotProductGraph } from './onnx/dot-product.ts'
import { neumfGraph } from './onnx/neumf.ts'
import { encodeOnnx, type OnnxGraph } from './onnx/proto.ts'

const largest = 2 ** 31 - 1

/** `model.onnx`: from rows of users to their best items and scores, the seen ones left out. */
export function writeOnnx(model: Deployable, { folder, precision }: WriteContext): Promise<string> {
  const { facts } = model
  const graph = graphOf(model, precision)
  const bytes = graph.initializers.reduce((sum, { bytes: { length } }) => sum + length, 0)
  if (bytes > largest - 2 ** 20)
    throw new InputError(
      `--to onnx: its tables take ${bytes} bytes, and one ONNX file holds 2 GB; use --dtype f16 or int8, or safetensors`,
    )
  const [name, version = ''] = facts.createdBy.split(' ')
  const encoded = encodeOnnx({
    name: facts.name,
    doc: `${facts.name}: the best items of users, those they have seen left out.`,
    producer: { name, version },
    metadata: {
      backbone: facts.model.backbone.name,
      dataset: facts.split.dataset,
      split: facts.split.hash,
      dtype: precision,
    },
    graph,
  })
  writeFileAtomic(join(folder, 'model.onnx'), [encoded])
  return Promise.resolve(
    [
      'Inputs: `user` int64 [n], places in users.json; `k` int64 [1]; `excluded` int64 [pairs, 2], further items to leave out as pairs',
      '(place in `user`, place in items.json), [0, 2] for none. Outputs: `items` int64 [n, k], places in items.json, best first, -1 where',
      'there are no more; `scores` float [n, k].',
      '',
      '```python',
      'import numpy, onnxruntime',
      "session = onnxruntime.InferenceSession('model.onnx')",
      'items, scores = session.run(None, {',
      "  'user': numpy.array([0, 1]), 'k': numpy.array([20]), 'excluded': numpy.zeros((0, 2), numpy.int64),",
      '})',
      '```',
    ].join('\n'),
  )
}

function graphOf({ form, users, items, seen }: Deployable, precision: WriteContext['precision']): OnnxGraph {
  if (form.kind === 'vectors') return dotProductGraph(form, { seen, precision })
  return neumfGraph(form.tensors, { users: users.length, items: items.length, seen })
}
