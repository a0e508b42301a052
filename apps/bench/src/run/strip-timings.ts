import type { ModelRun, RunResult } from '@recdistill/core'

/**
 * A result without what may differ between two runs of equal configuration and seeds: clocks, the machine and its number
 * of threads, and whether a teacher was found in the cache. What is left is equal, bit by bit.
 */
export function stripTimings(result: RunResult): unknown {
  const { startedAt: _startedAt, seconds: _seconds, machine: _machine, config, models, ...rest } = result
  const { threads: _threads, ...stable } = config
  return { ...rest, config: stable, models: models.map(stripModel) }
}

function stripModel({
  seconds: _seconds,
  ranking: _ranking,
  cached: _cached,
  curve,
  ...rest
}: ModelRun): unknown {
  return { ...rest, curve: curve.map(({ seconds: _epochSeconds, ...record }) => record) }
}
