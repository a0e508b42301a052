import { InputError, nearest } from '@recdistill/core'
import type { FinishedModel } from './open-run.ts'

/**
 * The model that was asked for, else the distilled student that is best on the validation part.
 * @param select The metric that decides, e.g. `ndcg@10`.
 * @throws InputError when there is none.
 */
export function chooseModel(
  models: readonly FinishedModel[],
  { asked, select }: { asked: string | undefined; select: string },
): FinishedModel {
  const ids = models.map(({ run }) => run.id)
  if (asked !== undefined) {
    const found = models.find(({ run }) => run.id === asked)
    if (found) return found
    const near = nearest(asked, ids)
    throw new InputError(
      `--model: no finished model "${asked}"; there are ${ids.join(', ')}${near === null ? '' : `; did you mean "${near}"?`}`,
    )
  }
  const students = models.filter(({ run }) => run.role === 'distilled')
  if (students.length === 0)
    throw new InputError(`no distilled student is finished in it; name one of ${ids.join(', ')} by --model`)
  const quality = ({ run }: FinishedModel) => run.valid[select] ?? -Infinity
  return students.reduce((best, each) => (quality(each) > quality(best) ? each : best))
}

/** The student without a teacher that validated better than the chosen one, if there is one. */
export function betterAlone(
  models: readonly FinishedModel[],
  { chosen, select }: { chosen: FinishedModel; select: string },
): FinishedModel | null {
  const quality = ({ run }: FinishedModel) => run.valid[select] ?? -Infinity
  const alone = models.filter((each) => each.run.role === 'scratch' && quality(each) > quality(chosen))
  return alone.toSorted((a, b) => quality(b) - quality(a))[0] ?? null
}
