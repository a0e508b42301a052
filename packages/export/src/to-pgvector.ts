import { InputError } from '@recdistill/core'
import { writeFileAtomic } from '@recdistill/core/files'
import { decimal } from '@recdistill/formats'
import { literal } from '@recdistill/formats/database'
import { join } from 'node:path'
import type { Deployable } from './deployable.ts'
import { expectVectors } from './expect-vectors.ts'
import type { WriteContext } from './writer.ts'

/** Numbers pgvector indexes in one vector. */
const most = { f32: 2000, f16: 4000 }

/** `pgvector.sql`: for `psql --file`; one transaction that makes a schema with tables, an index, and a function that recommends. */
export function writePgvector(model: Deployable, { folder, precision }: WriteContext): Promise<string> {
  const { users, items, seen } = model
  const { dim, ...vectors } = expectVectors(model.form)
  const half = precision === 'f16'
  if (dim > most[half ? 'f16' : 'f32'])
    throw new InputError(
      `--to pgvector: vectors of ${dim} numbers; it indexes ${most.f32} (${most.f16} with --dtype f16)`,
    )
  const type = `${half ? 'halfvec' : 'vector'}(${dim})`
  const operators = half ? 'halfvec_ip_ops' : 'vector_ip_ops'
  const rows = (ids: readonly string[], table: Float32Array) =>
    ids.map(
      (id, n) => `${field(id)}\t[${Array.from(table.subarray(n * dim, (n + 1) * dim), decimal).join(',')}]\n`,
    )
  const pairs = users.map((user, u) =>
    Array.from(
      seen.items.subarray(seen.offsets[u], seen.offsets[u + 1]),
      (item) => `${field(user)}\t${field(items[item])}\n`,
    ).join(''),
  )
  const chunks = [
    head(model, type),
    copy('users (id, embedding)', rows(users, vectors.users)),
    copy('items (id, embedding)', rows(items, vectors.items)),
    copy('seen (user_id, item_id)', pairs),
    foot(operators, half ? 'halfvec' : 'vector'),
  ].flat()
  writeFileAtomic(
    join(folder, 'pgvector.sql'),
    chunks.map((chunk) => Buffer.from(chunk)),
  )
  return Promise.resolve(
    [
      '```sh',
      'psql "$DATABASE_URL" --set ON_ERROR_STOP=1 --file pgvector.sql',
      `psql "$DATABASE_URL" <<'SQL'`, // no shell reads what is in an id
      `SELECT * FROM recdistill.recommend(${literal(users[0] ?? '')}, 20);`,
      'SQL',
      '```',
    ].join('\n'),
  )
}

function head({ facts }: Deployable, type: string): string {
  return `-- ${comment(facts.name)} on ${comment(facts.split.dataset)} (split ${facts.split.hash.slice(0, 12)}), written by ${comment(facts.createdBy)}.
-- For psql: psql "$DATABASE_URL" --set ON_ERROR_STOP=1 --file pgvector.sql
-- It makes the schema "recdistill" and stops if that is there: to replace it, DROP SCHEMA recdistill CASCADE first.
SET client_encoding = 'UTF8';
BEGIN;
CREATE EXTENSION IF NOT EXISTS vector;
CREATE SCHEMA recdistill;
CREATE TABLE recdistill.users (id text PRIMARY KEY, embedding ${type} NOT NULL);
CREATE TABLE recdistill.items (id text PRIMARY KEY, embedding ${type} NOT NULL);
CREATE TABLE recdistill.seen (user_id text NOT NULL, item_id text NOT NULL, PRIMARY KEY (user_id, item_id));
`
}

const rowsAtOnce = 1000

function copy(table: string, rows: readonly string[]): string[] {
  const blocks = Array.from({ length: Math.ceil(rows.length / rowsAtOnce) }, (_, n) =>
    rows.slice(n * rowsAtOnce, (n + 1) * rowsAtOnce).join(''),
  )
  return [`COPY recdistill.${table} FROM stdin;\n`, ...blocks, '\\.\n']
}

function foot(operators: string, type: string): string {
  return `-- Inner product, so that the nearest are the best scored. Below some 100,000 items a scan without an index is exact and fast enough.
CREATE INDEX items_embedding ON recdistill.items USING hnsw (embedding ${operators});
-- Instead, quicker to build and smaller:
-- CREATE INDEX items_embedding ON recdistill.items USING ivfflat (embedding ${operators}) WITH (lists = 100);

-- The k best items of a user, those seen left out. ef_search is how many the index looks at: more is nearer to exact, and slower;
-- ALTER FUNCTION recdistill.recommend SET hnsw.ef_search = 400 changes it.
CREATE FUNCTION recdistill.recommend(asked text, k integer) RETURNS TABLE (item text, score real)
LANGUAGE plpgsql STABLE SET hnsw.ef_search = 200 AS $$
DECLARE
  wanted ${type} := (SELECT embedding FROM recdistill.users WHERE id = asked);
BEGIN
  IF wanted IS NULL THEN
    RAISE EXCEPTION 'recdistill.recommend: there is no user %', asked;
  END IF;
  RETURN QUERY
    SELECT i.id, (-(i.embedding <#> wanted))::real
    FROM recdistill.items i
    WHERE NOT EXISTS (SELECT 1 FROM recdistill.seen s WHERE s.user_id = asked AND s.item_id = i.id)
    ORDER BY i.embedding <#> wanted
    LIMIT k;
END
$$;
-- From pgvector 0.8 on the index goes on until k are left, however many the user has seen.
DO $$
BEGIN
  IF (SELECT string_to_array(extversion, '.')::int[] >= '{0,8}' FROM pg_extension WHERE extname = 'vector') THEN
    ALTER FUNCTION recdistill.recommend SET hnsw.iterative_scan = strict_order;
  END IF;
END
$$;
COMMIT;
ANALYZE recdistill.users;
ANALYZE recdistill.items;
ANALYZE recdistill.seen;
`
}

/** A text as COPY reads it. @throws InputError for the one character PostgreSQL cannot keep. */
function field(text: string): string {
  if (text.includes('\0'))
    throw new InputError(`--to pgvector: id ${JSON.stringify(text)} holds a zero character`)
  return text.replace(/[\\\t\n\r\b\f\v]/g, (character) => escapes[character])
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
}

function comment(text: string): string {
  return text.replace(/\s+/g, ' ')
}
