import { writeFileAtomic } from '@recdistill/core/files'
import { encodeBundle } from '@recdistill/serve'
import { join } from 'node:path'
import type { Deployable } from './deployable.ts'
import { expectVectors } from './expect-vectors.ts'
import type { WriteContext } from './writer.ts'

/** `model.recdistill`: everything in one checked file for @recdistill/serve. */
export function writeBundle(model: Deployable, { folder, precision }: WriteContext): Promise<string> {
  writeFileAtomic(join(folder, 'model.recdistill'), [bundleOf(model, precision)])
  return Promise.resolve(
    [
      '```js',
      "import { loadFile } from '@recdistill/serve/node' // elsewhere: load of '@recdistill/serve', with an address or bytes",
      "const recommender = await loadFile('model.recdistill')",
      `console.log(recommender.recommend(${JSON.stringify(model.users[0] ?? '')}, { k: 20 }))`,
      '```',
      '',
      'Or over HTTP: `recdistill serve model.recdistill`.',
    ].join('\n'),
  )
}

/** The bytes of the bundle. @throws InputError for a model without vectors. */
export function bundleOf(
  { users, items, seen, form, facts }: Deployable,
  precision: WriteContext['precision'],
): Uint8Array {
  const vectors = expectVectors(form)
  return encodeBundle({
    users,
    items,
    dim: vectors.dim,
    userVectors: vectors.users,
    itemVectors: vectors.items,
    precision,
    seen,
    meta: {
      model: facts.name,
      backbone: facts.model.backbone.name,
      ...(facts.model.method && { method: facts.model.method.name }),
      dataset: facts.split.dataset,
      splitHash: facts.split.hash,
      protocol: facts.protocol,
      metrics: facts.model.test,
      createdBy: facts.createdBy,
      ...(facts.data && { licence: facts.data.licence }),
    },
  })
}
