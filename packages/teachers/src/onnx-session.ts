import { InputError } from '@recdistill/core'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A model that scores indices of users, or of users and items. */
export interface OnnxSession {
  /** Whether it scores pairs; else whole rows. */
  readonly pairs: boolean
  /** How many indices it takes at once, where it takes no other number. */
  readonly fixed: number | null
  /** Scores of columns of indices; `wanted` numbers, described by `shape`, are expected. */
  ask(columns: Columns, wanted: number, shape: string): Promise<ArrayLike<number | bigint>>
  release(): Promise<void>
}

export interface Columns {
  readonly users: readonly number[]
  readonly items: readonly number[]
}

/** @throws InputError when onnxruntime-node is not installed, or the model is not sound or of another signature. */
export async function openOnnx(path: string, counts: { users: number; items: number }): Promise<OnnxSession> {
  const runtime = await loadRuntime(path)
  let session: Session
  try {
    session = await runtime.InferenceSession.create(path, { logSeverityLevel: 4 })
  } catch (error) {
    throw new InputError(`${path}: not a sound ONNX model (${firstLine(error)}); export it again`)
  }
  const { user, item, fixed } = inputsOf(path, session)
  const output = session.outputNames.find((name) => /score|logit|pred/i.test(name)) ?? session.outputNames[0]
  const tensor = ({ type, rank }: Input, values: readonly number[]) =>
    new runtime.Tensor(type, typed(type, values), [values.length, ...Array<number>(rank - 1).fill(1)])
  return {
    pairs: item !== null,
    fixed,
    async ask({ users, items }, wanted, shape) {
      const feeds = {
        [user.name]: tensor(user, users),
        ...(item && { [item.name]: tensor(item, items) }),
      }
      let result: Record<string, OutputTensor>
      try {
        result = await session.run(feeds)
      } catch (error) {
        throw new InputError(
          `${path}: scoring failed (${firstLine(error)}); its inputs must be indices of users and items from 0 to ${counts.users - 1} and ${counts.items - 1}`,
        )
      }
      const { data, dims } = result[output]
      if (data.length !== wanted)
        throw new InputError(
          `${path}: output "${output}" is [${dims.join(', ')}] where ${shape} was expected; name the scores' output "scores", and see the accepted signatures`,
        )
      return data
    },
    release: () => session.release(),
  }
}

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

interface Input {
  readonly name: string
  readonly type: string
  /** How many dimensions it has; a second one is 1. */
  readonly rank: number
  readonly length: number | null
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
  const all = inputNames.map((name, n): Input => {
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
  const user = all.find((each) => each !== item) as Input
  const fixed = [user, item]
    .map((each) => each?.length ?? null)
    .find((length) => length !== null && length > 0)
  return { user, item, fixed: fixed ?? null }
}

function typed(type: string, values: readonly number[]): BigInt64Array | Int32Array | Float32Array {
  if (type === 'int32') return Int32Array.from(values)
  return type === 'float32' ? Float32Array.from(values) : BigInt64Array.from(values, BigInt)
}

function firstLine(error: unknown): string {
  return String((error as Error).message ?? error).split('\n')[0]
}
