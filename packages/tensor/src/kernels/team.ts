import { startWorkers } from '../threads.ts'
import type { SharedMemory } from '../webassembly.ts'
import type { WasmBackend } from './heap.ts'

/** The threads that kernels run on: their words and their scratch memory, in the memory of a backend. */
export interface Team {
  readonly threads: number
  /** Address of the words, and how many threads there are beside the caller: some where there is much to do. */
  for(work: number): readonly [team: number, workers: number]
  dispose(): void
}

/** What `assembly/team.ts` exports to its owner. */
export interface TeamExports {
  teamBytes(threads: number): number
  dismiss(team: number): void
}

/** Elements, or products and sums, below which waking threads costs more than it saves. */
const WORTHWHILE = 2 ** 16

/** Threads start when there is work for them. */
export function createTeam(
  { wasm: heap }: WasmBackend,
  { kernel, module, threads }: { kernel: TeamExports; module: object; threads: number },
): Team {
  const memory = heap.asm.memory as SharedMemory
  const bytes = kernel.teamBytes(threads) >>> 0
  const block = heap._malloc(bytes + 64) >>> 0
  const at = Math.ceil(block / 64) * 64
  new Uint8Array(memory.buffer, at, bytes).fill(0)
  let ended: Promise<void> | null = null
  return {
    threads,
    for(work) {
      if (work < WORTHWHILE || threads === 1) return [at, 0]
      ended ??= startWorkers('tensors', module, memory, threads, [at])
      return [at, threads - 1]
    },
    dispose() {
      kernel.dismiss(at)
      // whoever has not left still looks at the words
      if (ended === null) heap._free(block)
      else void ended.then(() => heap._free(block))
    },
  }
}
