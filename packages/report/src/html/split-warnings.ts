import type { RunResult } from '@recdistill/core'

/** Traps that can be seen from split and protocol alone. */
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
  if (
    models.length > 0 &&
    models.every((model) => model.stopped === 'epochs' && model.bestEpoch === model.epochs)
  )
    found.push('Every model was still improving when its epochs ended: train longer before comparing.')
  return found
}
