export type { AdamOptions, Engine, ListRows, SparseMatrix, Table } from './engine.ts'
