import type { ModelRun, RunRecord } from '@recdistill/core'

/** Of all epochs of a curve; what an epoch had cost when its process was killed is not known and not counted. */
export function secondsOfCurve(curve: readonly RunRecord[]): ModelRun['seconds'] {
  const sum = (part: 'lists' | 'steps' | 'evaluate') =>
    curve.reduce((all, epoch) => all + epoch.seconds[part], 0)
  const [lists, steps, evaluate] = [sum('lists'), sum('steps'), sum('evaluate')]
  return { lists, steps, evaluate, total: lists + steps + evaluate }
}
