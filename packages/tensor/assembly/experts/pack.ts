/* An expert between the layout of the caller and that of the loops. */

import {
  Field,
  PANEL,
  PANEL_BYTES,
  field,
  firstBiasIn,
  firstIn,
  packedBytes,
  panels,
  secondBiasIn,
  width,
} from './memory'

/** The parameters of an expert, from the layout of the caller. */
export function pack(e: usize): void {
  const hidden = field(Field.hidden)
  const outputs = field(Field.outputs)
  const packed = field(Field.packed) + e * packedBytes()
  memory.fill(packed, 0, packedBytes())
  for (let c: usize = 0; c < panels(); c++) {
    const columns = min(PANEL, outputs - c * PANEL)
    for (let j: usize = 0; j < hidden; j++)
      memory.copy(
        packed + (c * hidden + j) * PANEL_BYTES,
        field(Field.second) + ((e * hidden + j) * outputs + c * PANEL) * 4,
        columns * 4,
      )
  }
  const units = field(Field.experts) * hidden
  for (let k: usize = 0; k < field(Field.rawInputs); k++)
    memory.copy(
      firstIn(packed) + k * width() * 4,
      field(Field.first) + (k * units + e * hidden) * 4,
      hidden * 4,
    )
  memory.copy(firstBiasIn(packed), field(Field.firstBias) + e * hidden * 4, hidden * 4)
  memory.copy(secondBiasIn(packed), field(Field.secondBias) + e * outputs * 4, outputs * 4)
}

/** The gradient of an expert, into the layout of the caller. */
export function unpack(e: usize): void {
  const hidden = field(Field.hidden)
  const outputs = field(Field.outputs)
  const packed = field(Field.dPacked) + e * packedBytes()
  for (let c: usize = 0; c < panels(); c++) {
    const columns = min(PANEL, outputs - c * PANEL)
    for (let j: usize = 0; j < hidden; j++)
      memory.copy(
        field(Field.dSecond) + ((e * hidden + j) * outputs + c * PANEL) * 4,
        packed + (c * hidden + j) * PANEL_BYTES,
        columns * 4,
      )
  }
  const units = field(Field.experts) * hidden
  for (let k: usize = 0; k < field(Field.rawInputs); k++)
    memory.copy(
      field(Field.dFirst) + (k * units + e * hidden) * 4,
      firstIn(packed) + k * width() * 4,
      hidden * 4,
    )
  memory.copy(field(Field.dFirstBias) + e * hidden * 4, firstBiasIn(packed), hidden * 4)
  memory.copy(field(Field.dSecondBias) + e * outputs * 4, secondBiasIn(packed), outputs * 4)
}
