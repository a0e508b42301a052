export { openTeacher, type ImportedTeacher, type OpenTeacherOptions } from './open-teacher.ts'
export {
  kindOf,
  pathKeys,
  teacherSourceSchema,
  type TeacherKind,
  type TeacherSource,
} from './teacher-source.ts'
export { joinIds, NO_ROW, type Counted, type Join, type Side } from './join-ids.ts'
export { vectorTeacher, type Tower } from './vector-teacher.ts'
export { listTeacher, type ListEntries, type ListTeacher } from './list-teacher.ts'
export { ensembleTeacher } from './ensemble-teacher.ts'
export { scoreTeacher, type ScoreMatrix } from './score-teacher.ts'
export { dataIds } from './data-ids.ts'
export { teacherTraps } from './teacher-traps.ts'
export { openScores } from './npy-scores.ts'
export { scoreOnnx } from './score-onnx.ts'
export { fingerprint, type FileFingerprint } from './fingerprint.ts'
