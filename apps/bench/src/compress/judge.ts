import { precisions, type Judge } from '@recdistill/compress'
import { InputError, type ModelRun } from '@recdistill/core'
import type { Compression } from './compression.ts'
import { readLatencies, writeLatencies, type Latencies } from './compress-folder.ts'
import { latencyOfShape } from './ranking-latency.ts'

/**
 * What trials are judged with. For a latency every shape is measured before anything is trained, alone on the machine, and kept: the
 * same compression judges by the same times when it is taken up again.
 * @throws InputError when no shape is fast enough.
 */
export async function judgeOf(
  { plan, folder, split, protocol }: Compression,
  teacher: ModelRun,
  say: (text: string) => void,
): Promise<Judge> {
  const { target } = plan
  const latencies = target.goal === 'latency' ? await latenciesOf({ plan, folder, split }, say) : {}
  if (target.goal === 'latency') {
    const all = Object.entries(latencies)
    const [fastest, time] = all.reduce((a, b) => (b[1].value < a[1].value ? b : a))
    if (time.value > target.microseconds)
      throw new InputError(
        `--latency: the fastest student (${fastest.replace(' ', ' numbers a row in ')}) takes ${time.value.toFixed(1)} µs to rank the catalogue for a user on this machine, and ${target.microseconds} µs were asked for`,
      )
  }
  return {
    target,
    teacher: teacher.valid[protocol.select],
    latency: (columns, precision) => latencies[`${columns} ${precision}`]?.value ?? null,
  }
}

async function latenciesOf(
  { plan, folder, split }: Pick<Compression, 'plan' | 'folder' | 'split'>,
  say: (text: string) => void,
): Promise<Latencies> {
  const latencies = readLatencies(folder)
  const widths = plan.trials.map(({ dim, kind }) => dim + plan.extraColumns[kind])
  for (const columns of [...new Set(widths)].sort((a, b) => a - b))
    for (const precision of precisions) {
      const key = `${columns} ${precision}`
      if (key in latencies) continue
      latencies[key] = await latencyOfShape(columns, split, precision)
      writeLatencies(folder, latencies)
      say(
        `ranking a user with ${columns} numbers a row in ${precision}: ${latencies[key].value.toFixed(1)} µs`,
      )
    }
  return latencies
}
