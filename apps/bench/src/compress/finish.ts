import { join } from 'node:path'
import {
  candidatePoints,
  paretoFront,
  tableBytes,
  type Chosen,
  type CompressResult,
  type DeployedModel,
  type SearchOutcome,
} from '@recdistill/compress'
import type { ModelRun } from '@recdistill/core'
import type { Model } from '@recdistill/plugin'
import { encodeBundle } from '@recdistill/serve'
import { loadModel } from '@recdistill/trainer'
import { shareable } from '../config/shareable.ts'
import { frozenTeacher } from '../run/frozen-teacher.ts'
import { machineCard } from '../run/machine-card.ts'
import { foldersAt } from '../run/run-folder.ts'
import { workTime, type Worked } from '../run/work-time.ts'
import { version } from '../version.ts'
import { studentFolder } from './compress-folder.ts'
import type { Compression } from './compression.ts'
import { bundleParts, studentTables, type Tables } from './deployed.ts'
import { finalMeasure, groupsOf, popularityOf } from './final-test.ts'
import { withDeployed } from './measure-candidates.ts'
import { valuesOfTrial } from './plan.ts'
import { rankingLatency } from './ranking-latency.ts'
import { studentRun } from './student-run.ts'
import { teacherForms } from './teacher-forms.ts'

/**
 * The chosen student as a run of its own, beside its teacher and the same student from scratch, and the report's numbers. Here
 * and nowhere before is a student measured on the test part.
 * @returns Null when it was stopped.
 */
export async function finish(
  all: Compression,
  { chosen, results }: SearchOutcome & { readonly chosen: Chosen },
  teacherRun: ModelRun,
  { startedAt, before }: { readonly startedAt: Date; readonly before: Worked | null },
): Promise<CompressResult | null> {
  const { plan, split, protocol, engine } = all
  const { trial } = chosen.result
  const { precision } = chosen.candidate
  const run = await studentRun(all, chosen)
  if (run === null) return null
  const rows = split.numUsers + split.numItems
  const loaded: Model[] = []
  const load = (checkpoint: string) => {
    const model = loadModel({ checkpoint, split, engine, definitions: all.catalogue.backbones.all() })
    loaded.push(model)
    return model
  }
  try {
    const { kind, dim } = trial
    const tablesAt = (path: string) => studentTables(load(join(path, 'best.ckpt')), kind) as Tables
    const student = tablesAt(run.model(trial.method).path)
    const scratch = tablesAt(run.model('scratch').path)
    const teacher = all.imported?.model ?? frozenTeacher(run.model('teacher'), all)
    if (all.imported === null) loaded.push(teacher)
    const measured = {
      teacher: finalMeasure(teacher, all),
      scratch: withDeployed(scratch, precision, all, (model) => finalMeasure(model, all)),
      student: withDeployed(student, precision, all, (model) => finalMeasure(model, all)),
    }
    const shape = { kind, dim, precision, bytes: chosen.candidate.bytes }
    const models: DeployedModel[] = [
      ...(await teacherForms(teacher, teacherRun, measured.teacher, all)),
      {
        ...shape,
        name: `scratch ${kind} ${dim}`,
        role: 'scratch',
        valid: measured.scratch.valid,
        test: measured.scratch.test,
        microseconds: await rankingLatency(scratch, split, precision),
      },
      {
        ...shape,
        name: `${trial.method} ${kind} ${dim}`,
        role: 'student',
        valid: measured.student.valid,
        test: measured.student.test,
        microseconds: await rankingLatency(student, split, precision),
      },
    ]
    const front: DeployedModel[] = []
    for (const { result, candidate } of paretoFront(candidatePoints(results))) {
      const at = foldersAt(join(all.folder, 'trials')).model(result.trial.id).path
      const tables = studentTables(load(join(at, 'best.ckpt')), result.trial.kind) as Tables
      front.push({
        name: result.trial.id,
        role: result === chosen.result && candidate === chosen.candidate ? 'student' : 'trial',
        kind: result.trial.kind,
        dim: result.trial.dim,
        precision: candidate.precision,
        bytes: tableBytes(rows, tables.columns, candidate.precision),
        valid: candidate.quality,
        test: null,
        microseconds: await rankingLatency(tables, split, candidate.precision),
      })
    }
    return {
      schema: 1,
      version,
      ...workTime(before, startedAt),
      target: plan.target,
      met: chosen.meets,
      select: protocol.select,
      split: split.manifest,
      protocol,
      machine: machineCard(engine),
      config: shareable(valuesOfTrial(plan, trial)),
      models,
      chosen: {
        trial,
        precision,
        bytes: chosen.candidate.bytes,
        bundleBytes: encodeBundle(bundleParts(student, { split, precision })).length,
        folder: studentFolder,
        model: trial.method,
        test: measured.student.evaluation.means,
      },
      front,
      trials: results,
      ...(teacherRun.imported?.traps === undefined ? {} : { doubts: teacherRun.imported.traps }),
      groups: groupsOf(measured, all),
      popularity: [
        popularityOf('teacher', measured.teacher, all),
        popularityOf(`scratch ${kind} ${dim}`, measured.scratch, all),
        popularityOf(`${trial.method} ${kind} ${dim}`, measured.student, all),
      ],
    }
  } finally {
    for (const model of loaded) model.dispose()
  }
}
