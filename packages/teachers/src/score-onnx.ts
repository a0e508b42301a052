import { InputError } from '@recdistill/core'
import { asInputError, openBytes, putInPlace } from '@recdistill/core/files'
import { temporaryAt } from '@recdistill/formats/database'
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint } from './fingerprint.ts'
import { filesOfOnnx } from './onnx-files.ts'
import { openOnnx, type OnnxSession } from './onnx-session.ts'
import type { ScoreMatrix } from './score-teacher.ts'

const mostBytes = 64 * 2 ** 30
/** Scores asked for in one call: a model makes some vectors for each pair on the way, which may be long. */
const scoresAtOnce = { pairs: 2 ** 14, rows: 2 ** 20 }

/**
 * The scores of an ONNX model for every user and item, made once and kept in the cache folder under the content of its files;
 * they are then read row by row like any score matrix. Accepted are two signatures, with whole-number inputs that are told apart by
 * `user` and `item` in their names, else taken in this order:
 *
 *     user [n], item [n] -> score [n] or [n, 1]       pairs
 *     user [n] -> scores [n, items]                   whole rows
 *
 * Users and items are numbered from 0 in the order of the ids.
 * @throws InputError when onnxruntime-node is not installed, or the model is not sound or of another signature.
 */
export async function scoreOnnx(
  path: string,
  {
    users,
    items,
    cache,
    onProgress,
  }: { users: number; items: number; cache: string; onProgress?: (done: number, of: number) => void },
): Promise<{ matrix: ScoreMatrix; bytes: number; files: readonly string[]; notes: readonly string[] }> {
  const files = filesOfOnnx(path)
  const prints = files.map(fingerprint)
  const sha256 = prints.map((each) => each.sha256).join()
  const bytes = prints.reduce((sum, each) => sum + each.bytes, 0)
  const key = createHash('sha256').update(JSON.stringify({ sha256, users, items })).digest('hex').slice(0, 32)
  const kept = join(cache, 'teachers', `${key}.scores`)
  const size = 4 * users * items
  const note = `scores of ${users} users and ${items} items, ${(size / 2 ** 20).toFixed(1)} MiB, are kept in ${kept}`
  if (sizeOf(kept) !== size) {
    if (size > mostBytes)
      throw new InputError(
        `${path}: scores of ${users} users and ${items} items take ${Math.ceil(size / 2 ** 30)} GiB; write the model's top-K lists instead and give those`,
      )
    const session = await openOnnx(path, { users, items })
    const temporary = `${kept}.${process.pid}.tmp`
    const remove = temporaryAt(temporary)
    try {
      mkdirSync(join(cache, 'teachers'), { recursive: true })
      await writeScores(path, session, temporary, { users, items, onProgress })
      putInPlace(temporary, kept)
    } catch (error) {
      throw asInputError('write', kept, error)
    } finally {
      remove()
      await session.release()
    }
  }
  return { matrix: openKept(path, kept, users, items), bytes, files, notes: [note] }
}

async function writeScores(
  path: string,
  { pairs, fixed, ask }: OnnxSession,
  to: string,
  {
    users,
    items,
    onProgress,
  }: { users: number; items: number; onProgress: ((done: number, of: number) => void) | undefined },
): Promise<void> {
  const file = openSync(to, 'w')
  try {
    const each = pairs ? 1 : items
    const atOnce = fixed ?? Math.max(1, Math.floor(scoresAtOnce[pairs ? 'pairs' : 'rows'] / each))
    const total = pairs ? users * items : users
    const out = new Float32Array(atOnce * each)
    for (let first = 0; first < total; first += atOnce) {
      const count = Math.min(atOnce, total - first)
      // a model with a fixed length is given it whole: what is beyond the end repeats the last
      const asked = Array.from({ length: fixed ?? count }, (_, n) => Math.min(first + n, total - 1))
      const columns = {
        users: pairs ? asked.map((n) => Math.floor(n / items)) : asked,
        items: pairs ? asked.map((n) => n % items) : [],
      }
      const { length } = asked
      const scores = await ask(columns, length * each, pairs ? `[${length}]` : `[${length}, ${items}]`)
      const part = out.subarray(0, count * each)
      for (let n = 0; n < part.length; n++) part[n] = Number(scores[n])
      const wrong = part.findIndex((value) => !(value < Infinity))
      if (wrong >= 0) {
        const at = first * each + wrong
        throw new InputError(
          `${path}: the score of user ${Math.floor(at / items)} for item ${at % items} is ${part[wrong]}; expected finite numbers`,
        )
      }
      writeAll(file, new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
      onProgress?.(first + count, total)
    }
  } finally {
    closeSync(file)
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
}

/** The kept scores, one row at a time. */
function openKept(model: string, path: string, rows: number, columns: number): ScoreMatrix {
  const file = openBytes(path)
  return {
    file: model,
    rows,
    columns,
    row: (index) => new Float32Array(file.read(4 * index * columns, 4 * columns).buffer),
    close: () => file.close(),
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return -1
  }
}
