import { writeFileAtomic } from '@recdistill/core/files'
import { decimal } from '@recdistill/formats'
import { join } from 'node:path'
import type { Deployable } from './deployable.ts'
import { expectVectors } from './expect-vectors.ts'
import type { WriteContext } from './writer.ts'

const pointsAtOnce = 1000

/**
 * A folder `qdrant`: two collections as bodies of its HTTP interface, points in files of a size that one request carries, and a
 * script that sends them. A point's id is its row, its own id is in the payload; distance is the inner product.
 */
export function writeQdrant(model: Deployable, { folder, precision }: WriteContext): Promise<string> {
  const { users, items, seen } = model
  const { dim, ...vectors } = expectVectors(model.form)
  const at = (name: string) => join(folder, 'qdrant', name)
  const collection = {
    vectors: { size: dim, distance: 'Dot', ...(precision === 'f16' && { datatype: 'float16' }) },
    ...(precision === 'int8' && { quantization_config: { scalar: { type: 'int8', always_ram: true } } }),
  }
  for (const of of ['users', 'items'] as const)
    writeFileAtomic(at(`${of}.collection.json`), JSON.stringify(collection, null, 2) + '\n')
  const row = (table: Float32Array, n: number) => Array.from(table.subarray(n * dim, (n + 1) * dim), decimal)
  const files = [
    ...writePoints(at, 'users', users.length, (id) => ({
      id,
      vector: row(vectors.users, id),
      payload: {
        user: users[id],
        seen: Array.from(seen.items.subarray(seen.offsets[id], seen.offsets[id + 1])),
      },
    })),
    ...writePoints(at, 'items', items.length, (id) => ({
      id,
      vector: row(vectors.items, id),
      payload: { item: items[id] },
    })),
  ]
  writeFileAtomic(at('upload.sh'), uploadScript(files))
  return Promise.resolve(
    [
      '```sh',
      'cd qdrant && QDRANT_URL=http://localhost:6333 sh upload.sh',
      '# the 20 best items of the user in row 0, without the items in rows 3 and 7 (payload "seen" of that user)',
      'curl -X POST "$QDRANT_URL/collections/items/points/query" -H "content-type: application/json" -d \'{',
      '  "query": 0, "lookup_from": { "collection": "users" }, "limit": 20, "with_payload": true,',
      '  "filter": { "must_not": [{ "has_id": [3, 7] }] }',
      "}'",
      '```',
    ].join('\n'),
  )
}

function writePoints(
  at: (name: string) => string,
  of: 'users' | 'items',
  count: number,
  point: (id: number) => unknown,
): { of: string; name: string }[] {
  const files: { of: string; name: string }[] = []
  for (let from = 0; from < count; from += pointsAtOnce) {
    const points = Array.from({ length: Math.min(pointsAtOnce, count - from) }, (_, n) => point(from + n))
    const name = `${of}.points.${String(files.length).padStart(5, '0')}.json`
    writeFileAtomic(at(name), JSON.stringify({ points }) + '\n')
    files.push({ of, name })
  }
  return files
}

function uploadScript(files: readonly { of: string; name: string }[]): string {
  const put = (path: string, file: string) =>
    `curl --fail-with-body --silent --show-error --output /dev/null -X PUT "$url/collections/${path}" -H 'content-type: application/json' ${'${QDRANT_API_KEY:+-H "api-key: $QDRANT_API_KEY"}'} --data-binary @${file}`
  return [
    '#!/bin/sh',
    '# Sends the collections "users" and "items" to Qdrant. QDRANT_URL and, where needed, QDRANT_API_KEY say where.',
    'set -eu',
    'url=${QDRANT_URL:-http://localhost:6333}',
    put('users', 'users.collection.json'),
    put('items', 'items.collection.json'),
    ...files.map(({ of, name }) => put(`${of}/points?wait=true`, name)),
    'echo "sent to $url"',
    '',
  ].join('\n')
}
