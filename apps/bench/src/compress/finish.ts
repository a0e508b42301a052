import { existsSync, readdirSync } from 'node:fs'
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
import { encodeBundle, type Precision } from '@recdistill/serve'
import { loadModel } from '@recdistill/trainer'
import { shareable } from '../config/shareable.ts'
import { configYaml } from '../config/write.ts'
import { createProgress } from '../progress/progress.ts'
import { frozenTeacher } from '../run/frozen-teacher.ts'
import { machineCard } from '../run/machine-card.ts'
import { runBench } from '../run/run-bench.ts'
import { createRunFolder, foldersAt, openRunFolder, type RunFolder } from '../run/run-folder.ts'
import { workTime, type Worked } from '../run/work-time.ts'
import { writeResult } from '../run/write-result.ts'
import { version } from '../version.ts'
import { studentFolder } from './compress-folder.ts'
import { bundleParts, studentTables, tablesOf, type Tables } from './deployed.ts'
import { finalMeasure, groupsOf, popularityOf } from './final-test.ts'
import { validQuality, withDeployed } from './measure-candidates.ts'
import { configOf, valuesOfTrial } from './plan.ts'
import { rankingLatency } from './ranking-latency.ts'
import type { Compression } from './run-compress.ts'

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
    const model = loadModel({ checkpoint, split, engine, definitions: all.catalogue.backbones })
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

/** Null when it was stopped: a run of teacher, student from scratch and the chosen student, whose training is over: it is taken as it is. */
async function studentRun(all: Compression, { result: { trial } }: Chosen): Promise<RunFolder | null> {
  const { plan, catalogue, io, protocol } = all
  const config = await configOf(valuesOfTrial(plan, trial), catalogue)
  const path = join(all.folder, studentFolder)
  const begun = existsSync(join(path, 'config.yaml'))
  const folder = begun ? openRunFolder(path) : createRunFolder(path, configYaml(config))
  take(foldersAt(all.folder), 'teacher', folder, 'teacher')
  take(foldersAt(join(all.folder, 'trials')), trial.id, folder, trial.method)
  const progress = createProgress(io.stderr, { select: protocol.select })
  const result = await runBench({ ...all, config, folder, progress })
  if (result === null) return null
  writeResult(folder, result)
  return folder
}

/** Checkpoints, the curve and, where there is one, the record of a model. */
function take(from: RunFolder, id: string, to: RunFolder, as: string): void {
  const [source, target] = [from.model(id), to.model(as)]
  if (target.finished() !== null) return
  for (const name of existsSync(source.path) ? readdirSync(source.path) : [])
    if (/\.ckpt$|^log\.jsonl$/.test(name)) target.take(join(source.path, name), name)
  const run = source.finished()
  if (run === null) return
  // A teacher that is several lies in as many folders.
  const { members } = run.backbone.params
  for (const member of Array.isArray(members) ? members.map(String) : []) take(from, member, to, member)
  target.finish(run)
}

/** The teacher as it is, and where it has tables, these in fewer bytes: what quantising alone would give. */
async function teacherForms(
  teacher: Model,
  run: ModelRun,
  { valid, test }: ReturnType<typeof finalMeasure>,
  all: Compression,
): Promise<DeployedModel[]> {
  const { split } = all
  const kind = run.backbone.name
  const tables = tablesOf(teacher)
  const whole = {
    name: `teacher ${kind}${teacher.dim > 0 ? ` ${teacher.dim}` : ''}`,
    role: 'teacher',
    kind,
  } as const
  if (tables === null)
    return [
      {
        ...whole,
        dim: null,
        precision: null,
        bytes: run.imported && run.bytes === 0 ? null : run.bytes,
        valid,
        test,
        microseconds: null,
      },
    ]
  const forms: DeployedModel[] = []
  for (const precision of ['f32', 'f16', 'int8'] as const satisfies readonly Precision[])
    forms.push({
      ...whole,
      dim: tables.columns,
      precision,
      bytes: tableBytes(split.numUsers + split.numItems, tables.columns, precision),
      valid: precision === 'f32' ? valid : validQuality(tables, precision, all),
      test: precision === 'f32' ? test : null,
      microseconds: await rankingLatency(tables, split, precision),
    })
  return forms
}
