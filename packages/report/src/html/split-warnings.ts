import type { RunResult } from '@recdistill/core'

/** Traps that can be seen from split, protocol and learning curves. */
export function splitWarnings({ split, protocol, models }: RunResult): string[] {
  const { counts, rule } = split
  const found: string[] = []
  if (counts.valid === 0 && counts.test > 0)
    found.push('The split has no validation part: the number of epochs was not chosen on held-out data.')
  if (rule.order === 'file')
    found.push(
      'Each user was split in the order of the file. Where that order is not time (lists sorted by id), test items differ from training items by more than chance.',
    )
  if (protocol.candidates.kind === 'sampled')
    found.push(
      `Ranks are among ${protocol.candidates.negatives} sampled items, not the catalogue: compare with numbers of the same protocol only.`,
    )
  const unfinished = [...new Set(models.filter(wasImproving).map(({ label }) => label))]
  if (unfinished.length > 0)
    found.push(
      `Still improving when their epochs ended: ${unfinished.join(', ')}. Train longer before comparing.`,
    )
  return found
}

/** Out of epochs, and the last one that was validated is the best; never of models that take no steps. */
function wasImproving({ stopped, bestEpoch, epochs, curve }: RunResult['models'][number]): boolean {
  const last = curve.findLast(({ valid }) => valid !== undefined)
  return stopped === 'epochs' && epochs > 1 && last?.epoch === bestEpoch
}
