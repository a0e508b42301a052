import { types } from 'node:util'
import { withSharing } from '../sharing.ts'
import { threadsNow } from '../threads.ts'
import { runs, wasm, type SharedMemory } from '../webassembly.ts'
import type { WasmBackend } from './heap.ts'
import { relaxedModule, simdModule } from './modules.ts'
import { createTeam, type Team, type TeamExports } from './team.ts'

/** What `assembly/kernels.ts` exports. Addresses are bytes, distances elements. */
interface Kernel extends TeamExports {
  // prettier-ignore
  products(
    team: number, workers: number, count: number,
    a: number, aStep: number, aRow: number, aColumn: number,
    b: number, bStep: number, bRow: number, bColumn: number,
    out: number, m: number, k: number, n: number,
  ): void
  // prettier-ignore
  layerNorms(team: number, workers: number, x: number, y: number, inverse: number, rows: number, width: number, eps: number): void
  // prettier-ignore
  pullLayerNorms(team: number, workers: number, g: number, y: number, inverse: number, out: number, rows: number, width: number): void
  // prettier-ignore
  dropRows(
    team: number, workers: number,
    key0: number, key1: number, ids: number, sizes: number,
    limit: number, rest: number, kept: number,
    x: number, rows: number, width: number, out: number,
  ): void
  gatherRows(x: number, rows: number, ids: number, count: number, width: number, out: number): number
  addRows(x: number, ids: number, count: number, width: number, out: number, rows: number): void
  sumRows(x: number, rows: number, width: number, out: number): void
  spread(x: number, outer: number, middle: number, inner: number, out: number): void
  // prettier-ignore
  sparseProduct(offsets: number, columns: number, weights: number, rows: number, x: number, width: number, out: number): void
  // prettier-ignore
  transposedProduct(offsets: number, columns: number, weights: number, rows: number, y: number, width: number, out: number): void
  // prettier-ignore
  gumbel(key0: number, key1: number, ids: number, rows: number, width: number, out: number, scratch: number): void
  rectify(x: number, bias: number, rows: number, width: number, out: number): void
  pullUnits(g: number, y: number, size: number, kept: number, out: number): void
  // prettier-ignore
  dropout(x: number, size: number, limit: number, kept: number, a: number, b: number, c: number, d: number, out: number): void
}

/** Our own module on the memory of a backend. */
export interface OwnModule {
  readonly kernel: Kernel
  /** A few words of memory for one call. */
  readonly scratch: number
  /** The threads for so much work. */
  readonly team: Team['for']
}

const modules = new WeakMap<WasmBackend, OwnModule>()

export function kernelOf(backend: WasmBackend): OwnModule {
  const known = modules.get(backend)
  if (known) return known
  const made = instantiate(backend)
  modules.set(backend, made)
  return made
}

function instantiate(backend: WasmBackend): OwnModule {
  const memory = backend.wasm.asm.memory as SharedMemory
  // one that others started has its memory for itself alone; test runners have a SharedArrayBuffer of their own to compare with
  const shared = types.isSharedArrayBuffer(memory.buffer)
  const module = compile(shared)
  if (wasm === null || module === null) throw new Error('tensor: our kernels do not run in this runtime')
  const kernel = new wasm.Instance(module, { env: { memory } }).exports as unknown as Kernel
  let team: Team | null = null
  return {
    kernel,
    scratch: backend.wasm._malloc(32),
    team(work) {
      const threads = shared ? threadsNow() : 1
      if (team?.threads !== threads) {
        team?.dispose()
        team = createTeam(backend, { kernel, module, threads })
      }
      return team.for(work)
    },
  }
}

/** Products and sums fused where the runtime can. */
function compile(shared: boolean): object | null {
  for (const simd of ['relaxed', 'simd'] as const) {
    const bytes = withSharing(Buffer.from(simd === 'relaxed' ? relaxedModule : simdModule, 'base64'), shared)
    if (wasm !== null && bytes !== null && runs(bytes, simd)) return new wasm.Module(bytes)
  }
  return null
}
