import { InputError, NumericError } from '@recdistill/core'
import { scoredRows } from '@recdistill/backbones'
import type { Model } from '@recdistill/plugin'

/**
 * Several teachers as one. Their scores are on scales of their own, so each is standardised over the catalogue, user by user.
 *
 *     score(u, i) = mean over teachers t of (s_t(u, i) - mean_t(u)) / deviation_t(u)
 *
 * A teacher that scores all items of a user alike says nothing of that user. Its members are disposed with it.
 * @throws InputError when there are none, or they are of different sizes. Asked for scores, NumericError for one that is NaN or infinite.
 */
export function ensembleTeacher(members: readonly Model[]): Model {
  const [first] = members
  if (members.length === 0) throw new InputError('ensembleTeacher: expected one teacher or more')
  const { numUsers, numItems } = first
  for (const other of members)
    if (other.numUsers !== numUsers || other.numItems !== numItems)
      throw new InputError(
        `ensembleTeacher: ${other.numUsers} users and ${other.numItems} items beside ${numUsers} and ${numItems}; all teachers must be of one split`,
      )
  const every = Uint32Array.from({ length: numItems }, (_, item) => item)
  const sum = new Float64Array(numItems)
  const views = scoredRows(
    'the ensemble of teachers',
    { numUsers, numItems },
    {
      all(user, out) {
        sum.fill(0)
        for (const [n, member] of members.entries()) {
          const scores = member.scoresOf(Uint32Array.of(user), every, numItems)
          const { mean, deviation } = spread(scores)
          if (!Number.isFinite(deviation)) throw notFinite(scores, { user, member: n, of: members.length })
          if (deviation === 0) continue
          for (let item = 0; item < numItems; item++) sum[item] += (scores[item] - mean) / deviation
        }
        for (let item = 0; item < numItems; item++) out[item] = sum[item] / members.length
      },
    },
  )
  return {
    ...views,
    parameters: members.reduce((all, { parameters }) => all + parameters, 0),
    dispose: () => members.forEach((member) => member.dispose()),
  }
}

function spread(values: Float32Array): { mean: number; deviation: number } {
  let mean = 0
  for (const value of values) mean += value
  mean /= values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / values.length) }
}

function notFinite(
  scores: Float32Array,
  { user, member, of }: { user: number; member: number; of: number },
): NumericError {
  const item = scores.findIndex((score) => !Number.isFinite(score))
  return new NumericError(
    `the ensemble of teachers: teacher ${member} of ${of} (from 0) scores item ${item} for user ${user} as ${scores[item]}; expected finite numbers, so mend that model or leave it out`,
  )
}
