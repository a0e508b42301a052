import { InputError } from '@recdistill/core'
import { asInputError } from '@recdistill/core/files'
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fingerprint } from './fingerprint.ts'
import type { ScoreMatrix } from './score-teacher.ts'

/** As much of onnxruntime-node as is used here; the package itself is optional. */
interface Runtime {
  readonly InferenceSession: {
    create(
      path: string,
      options?: { intraOpNumThreads?: number; logSeverityLevel?: number },
    ): Promise<Session>
  }
  readonly Tensor: new (
    type: string,
    data: BigInt64Array | Int32Array | Float32Array,
    dims: readonly number[],
  ) => unknown
}
interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly inputMetadata?: readonly {
    readonly type?: string
    readonly shape?: readonly (number | string)[]
  }[]
  run(feeds: Record<string, unknown>): Promise<Record<string, OutputTensor>>
  release(): Promise<void>
}
interface OutputTensor {
  readonly type: string
  readonly data: ArrayLike<number | bigint>
  readonly dims: readonly number[]
}

const mostBytes = 64 * 2 ** 30
/** Scores asked for in one call. */
const scoresAtOnce = 2 ** 20

/**
 * The scores of an ONNX model for every user and item, made once and kept in the cache folder under the content of the model;
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
): Promise<{ matrix: ScoreMatrix; bytes: number; notes: readonly string[] }> {
  const { sha256, bytes } = fingerprint(path)
  const key = createHash('sha256').update(JSON.stringify({ sha256, users, items })).digest('hex').slice(0, 32)
  const kept = join(cache, 'teachers', `${key}.scores`)
  const size = 4 * users * items
  const note = `scores of ${users} users and ${items} items, ${(size / 2 ** 20).toFixed(1)} MiB, are kept in ${kept}`
  if (sizeOf(kept) !== size) {
    if (size > mostBytes)
      throw new InputError(
        `${path}: scores of ${users} users and ${items} items take ${Math.ceil(size / 2 ** 30)} GiB; write the model's top-K lists instead and give those`,
      )
    const session = await openSession(path)
    const temporary = `${kept}.${process.pid}.tmp`
    try {
      mkdirSync(join(cache, 'teachers'), { recursive: true })
      await writeScores(path, session, temporary, { users, items, onProgress })
      renameSync(temporary, kept)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw asInputError('write', kept, error)
    } finally {
      await session.session.release()
    }
  }
  return { matrix: openKept(path, kept, users, items), bytes, notes: [note] }
}

interface Opened {
  readonly runtime: Runtime
  readonly session: Session
}

async function openSession(path: string): Promise<Opened> {
  const runtime = await loadRuntime(path)
  try {
    return { runtime, session: await runtime.InferenceSession.create(path, { logSeverityLevel: 3 }) }
  } catch (error) {
    throw new InputError(`${path}: not a sound ONNX model (${firstLine(error)}); export it again`)
  }
}

async function loadRuntime(path: string): Promise<Runtime> {
  const name: string = 'onnxruntime-node'
  const places = [name, fromFolder(name, process.cwd())]
  let reason = ''
  for (const place of places) {
    if (place === null) continue
    try {
      const loaded = (await import(place)) as Runtime & { default?: Runtime }
      return loaded.default ?? loaded
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') reason = firstLine(error)
    }
  }
  throw new InputError(
    reason === ''
      ? `${path}: ONNX models need onnxruntime-node, which is not installed; run: npm install onnxruntime-node`
      : `${path}: onnxruntime-node is installed but does not start (${reason}); run: npm rebuild onnxruntime-node`,
  )
}

/** Where the project a person works in has it. */
function fromFolder(name: string, folder: string): string | null {
  try {
    return pathToFileURL(createRequire(join(folder, 'package.json')).resolve(name)).href
  } catch {
    return null
  }
}

async function writeScores(
  path: string,
  { runtime, session }: Opened,
  to: string,
  {
    users,
    items,
    onProgress,
  }: { users: number; items: number; onProgress: ((done: number, of: number) => void) | undefined },
): Promise<void> {
  const inputs = inputsOf(path, session)
  const output = session.outputNames.find((name) => /score|logit|pred/i.test(name)) ?? session.outputNames[0]
  const ask = async (feeds: Record<string, Numbers>, wanted: number, shape: string) => {
    const tensors = Object.entries(feeds).map(([name, { type, values, dims }]) => [
      name,
      new runtime.Tensor(type, typed(type, values), dims),
    ])
    let result: Record<string, OutputTensor>
    try {
      result = await session.run(Object.fromEntries(tensors) as Record<string, unknown>)
    } catch (error) {
      throw new InputError(
        `${path}: scoring failed (${firstLine(error)}); its inputs must be indices of users and items from 0 to ${users - 1} and ${items - 1}`,
      )
    }
    const { data, dims } = result[output]
    if (data.length !== wanted)
      throw new InputError(
        `${path}: output "${output}" is [${dims.join(', ')}] where ${shape} was expected; name the scores' output "scores", and see the accepted signatures`,
      )
    return data
  }
  const file = openSync(to, 'w')
  try {
    const pairs = inputs.item !== null
    const atOnce = inputs.fixed ?? Math.max(1, Math.floor(scoresAtOnce / (pairs ? 1 : items)))
    const total = pairs ? users * items : users
    const out = new Float32Array(atOnce * (pairs ? 1 : items))
    for (let first = 0; first < total; first += atOnce) {
      const count = Math.min(atOnce, total - first)
      // a model with a fixed length is given it whole: what is beyond the end repeats the last
      const length = inputs.fixed ?? count
      const index = (n: number) => Math.min(first + n, total - 1)
      const column = (of: (n: number) => number) => Array.from({ length }, (_, n) => of(index(n)))
      const feeds: Record<string, Numbers> = {
        [inputs.user.name]: numbers(inputs.user, column(pairs ? (n) => Math.floor(n / items) : (n) => n)),
        ...(inputs.item && {
          [inputs.item.name]: numbers(
            inputs.item,
            column((n) => n % items),
          ),
        }),
      }
      const scores = await ask(
        feeds,
        pairs ? length : length * items,
        pairs ? `[${length}]` : `[${length}, ${items}]`,
      )
      const part = out.subarray(0, count * (pairs ? 1 : items))
      for (let n = 0; n < part.length; n++) part[n] = Number(scores[n])
      const wrong = part.findIndex((value) => !(value < Infinity))
      if (wrong >= 0)
        throw new InputError(
          `${path}: the score of user ${Math.floor((pairs ? first + wrong : first * items + wrong) / items)} for item ${(pairs ? first + wrong : wrong) % items} is ${part[wrong]}; expected finite numbers`,
        )
      writeAll(file, new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
      onProgress?.(first + count, total)
    }
  } finally {
    closeSync(file)
  }
}

interface Input {
  readonly name: string
  readonly type: string
  /** How many dimensions it has; a second one is 1. */
  readonly rank: number
}
interface Numbers {
  readonly type: string
  readonly values: readonly number[]
  readonly dims: readonly number[]
}

function inputsOf(
  path: string,
  { inputNames, inputMetadata }: Session,
): { user: Input; item: Input | null; fixed: number | null } {
  const refuse = (): never => {
    throw new InputError(
      `${path}: its inputs are ${inputNames.join(', ') || 'none'}; expected user and item indices (whole numbers, [n]), or user indices alone`,
    )
  }
  if (inputNames.length < 1 || inputNames.length > 2) refuse()
  const all = inputNames.map((name, n): Input & { length: number | null } => {
    const { type = 'int64', shape = ['n'] } = inputMetadata?.[n] ?? {}
    if (!['int64', 'int32', 'float32'].includes(type)) refuse()
    return {
      name,
      type,
      rank: Math.max(1, shape.length),
      length: typeof shape[0] === 'number' ? shape[0] : null,
    }
  })
  const item = all.length === 2 ? (all.find(({ name }) => /item/i.test(name)) ?? all[1]) : null
  const user = all.find((each) => each !== item) as (typeof all)[number]
  const fixed = [user, item]
    .map((each) => each?.length ?? null)
    .find((length) => length !== null && length > 0)
  return { user, item, fixed: fixed ?? null }
}

function numbers({ type, rank }: Input, values: readonly number[]): Numbers {
  return { type, values, dims: [values.length, ...Array.from({ length: rank - 1 }, () => 1)] }
}

function typed(type: string, values: readonly number[]): BigInt64Array | Int32Array | Float32Array {
  if (type === 'int32') return Int32Array.from(values)
  return type === 'float32' ? Float32Array.from(values) : BigInt64Array.from(values, BigInt)
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
}

/** The kept scores, one row at a time. */
function openKept(model: string, path: string, rows: number, columns: number): ScoreMatrix {
  const file = openSync(path, 'r')
  return {
    file: model,
    rows,
    columns,
    row(index) {
      const out = new Float32Array(columns)
      const bytes = new Uint8Array(out.buffer)
      for (let done = 0; done < bytes.length;) {
        const got = readSync(file, bytes, done, bytes.length - done, 4 * index * columns + done)
        if (got === 0)
          throw new InputError(`${path}: became shorter while it was read; delete it and run again`)
        done += got
      }
      return out
    },
    close: () => closeSync(file),
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return -1
  }
}

function firstLine(error: unknown): string {
  return String((error as Error).message ?? error).split('\n')[0]
}
