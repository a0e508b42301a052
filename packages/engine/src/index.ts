export type {
  AdamOptions,
  Engine,
  ListRows,
  MeanOfLayers,
  PairPerceptron,
  PerceptronTables,
  ProductShape,
  SparseMatrix,
  Table,
} from './engine.ts'
export type {
  CorrectionDraw,
  DrawnUsers,
  Draws,
  ItemRows,
  NearlyClosed,
  OpenItems,
  RaceTable,
} from './draws.ts'
export { createEngine, devices, expectDevice, type Device, type EngineOptions } from './create-engine.ts'
export { createPlainEngine } from './plain/engine.ts'
