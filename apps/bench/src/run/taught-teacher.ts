import { join } from 'node:path'
import type { RunRecord } from '@recdistill/core'
import type { Bench } from './bench.ts'
import { finishModel } from './finish-model.ts'
import { measureModel } from './measure-model.ts'
import type { Plan } from './plan.ts'

/** A teacher that was trained together with the student of `plan`, as a model of its own; the search was for the student. */
export function taughtTeacher(plan: Plan, model = plan.model): Plan {
  const { tried: _ofStudent, ...pair } = plan
  const [name, ...seed] = plan.id.split('#')
  return { ...pair, id: [`${name}-teacher`, ...seed].join('#'), role: 'teacher', model }
}

/** Measures it, and gives it a folder from which it can be used like any teacher. */
export async function finishTaught(
  plan: Plan,
  trained: Parameters<typeof measureModel>[1],
  { bench, optimizer: { lr, weightDecay } }: { bench: Bench; optimizer: { lr: number; weightDecay: number } },
): Promise<void> {
  // It was trained with the student's batches, not as the teacher it started from.
  const optimizer = { ...plan.model.optimizer, lr, weightDecay }
  const taught = taughtTeacher(plan, { ...bench.config.teacher, optimizer })
  const at = bench.folder.model(taught.id)
  const run = measureModel(taught, { ...trained, curve: trained.curve.map(ofTeacher) }, bench)
  at.take(join(bench.folder.model(plan.id).path, 'best-teacher.ckpt'), 'best.ckpt')
  const named = { ...run, label: `${plan.method?.name} (teacher)` }
  await finishModel('finished', named, { at, model: trained.model, bench })
}

function ofTeacher({ teacher, ...record }: RunRecord): RunRecord {
  const { valid: _valid, test: _test, best: _best, ...rest } = record
  return { ...rest, ...teacher }
}
