import { availableParallelism, cpus, totalmem } from 'node:os'
import type { MachineCard } from '@recdistill/core'
import type { Engine } from '@recdistill/engine'

/** What a measured time has to be read with. */
export function machineCard({ driver, library, threads, simd }: Engine): MachineCard {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    engine: { driver: library ?? driver, threads, simd },
  }
}
