import type { Arena } from './arena.ts'
import { Arg, Control } from './layout.ts'
import type { Machine } from './machine.ts'

/** Whoever calls kernels: the machine, scratch memory, and a row of zeros as long as the longest row. */
export interface Context {
  readonly machine: Machine
  readonly arena: Arena
  readonly threads: number
  zeros(stride: number): number
}

/** What a kernel is told, by name. */
export type Words = Partial<Record<keyof typeof Arg, number>>

export function setWords({ machine }: Context, words: Words): void {
  const at = machine.control + Control.args
  for (const name in words) machine.heap.u32[at + Arg[name as keyof Words]] = words[name as keyof Words] ?? 0
}
