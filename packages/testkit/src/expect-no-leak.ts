import { countTensors, tf } from '@recdistill/tensor'
import { expect } from 'vitest'

/** Fails when `work` leaves tensors behind. What it returns is disposed first: results belong to the caller. */
export function expectNoLeak(work: () => tf.TensorContainer): void {
  const before = countTensors()
  tf.dispose(work())
  expect(countTensors() - before, 'tensors left behind').toBe(0)
}
