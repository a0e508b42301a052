import { NumericError } from '@recdistill/core'
import { expectIds } from '../check-input.ts'
import type { ListRows } from '../engine.ts'
import { setWords, type Context } from './context.ts'
import { All, Arg, Control, Kernel, Mode } from './layout.ts'
import { partShift, USER_PARTS } from './pull-rows.ts'
import { readyRows } from './ready-rows.ts'
import { LANES, setJob, type WasmTable } from './table.ts'

export interface ListJob {
  readonly what: string
  readonly mode: Mode
  readonly user: WasmTable
  readonly item: WasmTable
  /** One list or two of the same users. */
  readonly lists: readonly ListRows[]
  readonly teachers?: readonly Float32Array[]
  readonly gamma?: Float32Array
  readonly weights?: Float32Array
  readonly temperature?: number
  readonly cap?: number
  readonly teacherShift?: number
  readonly scale?: number
  /** Gradient of the scores, for `Mode.pull`. */
  readonly grad?: Float32Array
  /** Scores, for `Mode.score`. */
  readonly out?: Float32Array
}

/** Parts of the item table that sums are divided into, at most. */
const PARTS = 64

/**
 * Runs the kernels of one operation on lists: ids, catch up, rows, sums. Pieces of rows are cut by the size of
 * the batch alone, and every sum over entries runs in the order of the entries.
 * @returns The loss summed over rows in order; 0 where there is none.
 */
export function runLists(context: Context, job: ListJob): number {
  const { machine, arena, threads } = context
  const { heap, control } = machine
  const { what, mode, user, item, lists } = job
  const { users } = lists[0]
  const rows = users.length
  const [k0, k1] = [lists[0].k, lists[1]?.k ?? 0]
  if (rows === 0 || k0 + k1 === 0) return 0
  const scoring = mode === Mode.score
  const pulling = mode === Mode.pull

  arena.begin()
  const chunkRows = Math.min(Math.max(Math.ceil(rows / 64), 1), 256)
  const chunks = Math.ceil(rows / chunkRows)
  const shift = partShift(item.rows, PARTS)
  // many entries on tables with lanes: one pass, each lane its share of the rows in order; else entries sorted by owner
  const inLanes =
    !scoring &&
    mode !== Mode.bpr &&
    user !== item &&
    rows * (k0 + k1) >= item.rows &&
    [user, item].every((table) => !table.trainable || table.lanes === LANES)
  const parts = item.trainable && !scoring && !inLanes ? Math.ceil(item.rows / 2 ** shift) : 0
  const userShift = partShift(user.rows, USER_PARTS)
  const userParts = user.trainable && !scoring && !inLanes ? Math.ceil(user.rows / 2 ** userShift) : 0
  const upTo4 = (k: number) => Math.ceil(k / 4) * 4
  const padded = (k: number) => (scoring || pulling || mode === Mode.bpr ? k : upTo4(k))
  const [pad0, pad1] = [padded(k0), padded(k1)]
  const entries = rows * (k0 + k1)
  // of a lane: a row, the places of both lists, four partial sums a place; then what the losses need
  const laneBytes = inLanes ? (user.stride + upTo4(k0) + upTo4(k1) + 4 * upTo4(Math.max(k0, k1))) * 4 : 0
  const lossBytes = (3 * pad0 + pad1) * 8 + 64
  const scratchBytes =
    Math.max((parts + 1) * 4, laneBytes + lossBytes, mode === Mode.bpr ? (chunkRows * k1 + 8) * 8 : 0) + 64

  const pointers = {
    users: arena.copyIn(users),
    items0: arena.copyIn(lists[0].items),
    items1: lists[1] ? arena.copyIn(lists[1].items) : 0,
    teacher0: job.teachers?.[0] ? arena.copyIn(job.teachers[0]) : 0,
    teacher1: job.teachers?.[1] ? arena.copyIn(job.teachers[1]) : 0,
    gamma: job.gamma ? arena.copyIn(job.gamma) : 0,
    weights: job.weights ? arena.copyIn(job.weights) : 0,
    grad0: job.grad ? arena.copyIn(job.grad) : arena.take(rows * pad0 * 4),
    grad1: arena.take(rows * pad1 * 4),
    records: arena.take(parts ? entries * 12 : 0),
    offsets: arena.take(chunks * (parts + 1) * 4),
    userGrad: arena.take(scoring || inLanes ? 0 : rows * user.stride * 4),
    loss: arena.take(rows * 8),
    scratch: arena.take(scratchBytes * threads),
    zeros: context.zeros(item.stride),
  }
  setWords(context, {
    ...pointers,
    rows,
    chunkRows,
    k0,
    k1,
    pad0,
    pad1,
    scratchBytes,
    parts,
    shift,
    userParts,
    userShift,
    mode,
  })
  const at = control + Control.args
  heap.f32[at + Arg.inverseTemperature] = 1 / (job.temperature ?? 1)
  heap.f32[at + Arg.scale] = job.scale ?? 1
  heap.f32[at + Arg.cap] = job.cap ?? Infinity
  heap.f32[at + Arg.teacherShift] = job.teacherShift ?? 0

  // lists that name nearly every item cost more to mark than to bring all of them up to date
  const all = user !== item && entries >= 2 * item.rows ? All.items : 0
  setJob(machine, { user, item, all })
  readyRows(context, user, item, chunks, () => {
    expectIds(`${what}: users`, users, user)
    for (const { items } of lists) expectIds(`${what}: items`, items, item, mode !== Mode.bpr)
  })
  if (inLanes) {
    heap.u32[at + Arg.laneRows] = Math.ceil(rows / LANES)
    machine.fork(Kernel.laneRows, LANES)
  } else machine.fork(mode === Mode.bpr ? Kernel.bprRows : Kernel.listRows, chunks)
  if (scoring) {
    const from = heap.f32.subarray(pointers.grad0 / 4, pointers.grad0 / 4 + entries)
    job.out?.set(from)
    return 0
  }
  if (inLanes) {
    if (pulling) return 0
  } else if (user === item) {
    machine.fork(Kernel.accumulate, parts)
    heap.u32[at + Arg.parts] = 0
    machine.fork(Kernel.accumulate, userParts)
  } else machine.fork(Kernel.accumulate, parts + userParts)
  if (pulling) return 0
  return sumLosses(what, heap.f64.subarray(pointers.loss / 8, pointers.loss / 8 + rows), users, user)
}

/** @throws NumericError naming the first row whose loss is not finite. */
function sumLosses(what: string, losses: Float64Array, users: Uint32Array, user: WasmTable): number {
  let loss = 0
  for (let row = 0; row < losses.length; row++) loss += losses[row]
  if (Number.isFinite(loss)) return loss
  const row = losses.findIndex((one) => !Number.isFinite(one))
  throw new NumericError(
    `${what}: the loss of row ${row} (table "${user.name}", row ${users[row]}) is ${losses[row]}; look for extreme scores or values of the teacher that are not finite`,
  )
}
