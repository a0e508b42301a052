import type { Table } from '../engine.ts'

/** A table of the plain engine: ordinary arrays, row-major without padding. */
export interface PlainTable extends Table {
  readonly values: Float32Array // [rows, dim]
  /** Data gradient, summed since the last step of the optimiser; empty when the table is not trained. */
  readonly grad: Float32Array // [rows, dim]
  readonly m: Float32Array // [rows, dim]
  readonly v: Float32Array // [rows, dim]
  step: number
}

export function createPlainTable(name: string, rows: number, dim: number, trainable: boolean): PlainTable {
  const size = trainable ? rows * dim : 0
  return {
    name,
    rows,
    dim,
    trainable,
    values: new Float32Array(rows * dim),
    grad: new Float32Array(size),
    m: new Float32Array(size),
    v: new Float32Array(size),
    step: 0,
  }
}
