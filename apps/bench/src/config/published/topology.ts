import type { Reference } from '@recdistill/core'

/** Recall@50 of the topology distillation's logs, CiteULike, test part, MF 200 as the teacher: a student's dim, then no teacher, FTD, HTD. */
const logs: readonly (readonly [dim: number, scratch: number, ftd: number, htd: number])[] = [
  [10, 0.1788, 0.2112, 0.2282],
  [20, 0.2276, 0.2516, 0.2744],
  [100, 0.2976, 0.3116, 0.3116],
  [200, 0.3152, 0.3175, 0.32],
]

/** @param dim Of the student. */
export function topology(dim: number): Reference | null {
  const log = logs.find(([theirs]) => theirs === dim)
  if (!log) return null
  const [, scratch, ftd, htd] = log
  return {
    source: 'the training logs of FTD and HTD, epoch 100',
    notes: [
      'Theirs are of the last epoch; ours of the best by validation, on a draw of the held-out items of our own.',
    ],
    values: {
      teacher: { 'recall@50': 0.3123 },
      scratch: { 'recall@50': scratch },
      ftd: { 'recall@50': ftd },
      htd: { 'recall@50': htd },
    },
  }
}
