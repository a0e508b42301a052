export type { AdamOptions, Engine, ListRows, SparseMatrix, Table } from './engine.ts'
export { createEngine, type EngineOptions } from './create-engine.ts'
export { createPlainEngine } from './plain/engine.ts'
