import { NO_ITEM, NumericError } from '@recdistill/core'
import type { ListRows } from './engine.ts'

/**
 * No NaN among a teacher's scores of lists: a kernel would take it for a probability of 0 and train on. Padding has no score.
 * @throws NumericError naming the first user and item.
 */
export function expectTeacher(what: string, { users, items, k }: ListRows, scores: Float32Array): void {
  if (areFinite(scores)) return
  for (let n = 0; n < scores.length; n++)
    if (Number.isNaN(scores[n]) && items[n] !== NO_ITEM)
      throw new NumericError(
        `${what}: the teacher's score of user ${users[Math.floor(n / k)]} and item ${items[n]} is NaN; expected a number for every item that it is asked for, so mend the model that teaches`,
      )
}

/** Whether nothing is NaN or infinite: four sums that do not wait for one another, since every step pays for them. */
function areFinite(values: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0]
  let n = 0
  for (; n + 4 <= values.length; n += 4) {
    a += values[n] * 0
    b += values[n + 1] * 0
    c += values[n + 2] * 0
    d += values[n + 3] * 0
  }
  for (; n < values.length; n++) a += values[n] * 0
  return a + b + c + d === 0
}
