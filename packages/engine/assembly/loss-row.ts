import { Arg, Mode } from '../src/wasm/layout'
import { binaryCrossEntropy } from './binary-cross-entropy'
import { crossEntropy } from './cross-entropy'
import { arg, argF } from './memory'
import { relaxedRanking } from './relaxed-ranking'

/** Loss of one row; its scores become gradients. */
// @ts-ignore: decorator
@inline
export function lossRow(mode: u32, row: u32, grad0: usize, pad0: u32, grad1: usize, pad1: u32, scratch: usize): f64 {
  const weight = load<f32>(<usize>arg(Arg.weights) + (<usize>row << 2))
  const scale = argF(Arg.scale)
  if (mode == Mode.relaxedRanking)
    return <f64>weight * relaxedRanking(grad0, pad0, grad1, pad1, argF(Arg.cap), weight * scale, scratch)
  const teacher0 = <usize>arg(Arg.teacher0) + (<usize>(row * arg(Arg.k0)) << 2)
  const inverse = argF(Arg.inverseTemperature)
  if (mode == Mode.softCrossEntropy)
    return <f64>weight * crossEntropy(grad0, teacher0, pad0, inverse, weight * scale, scratch)
  if (mode == Mode.binaryCrossEntropy)
    return <f64>weight * binaryCrossEntropy(grad0, teacher0, pad0, inverse, argF(Arg.teacherShift), weight * scale)
  const gamma = load<f32>(<usize>arg(Arg.gamma) + (<usize>row << 2))
  const teacher1 = <usize>arg(Arg.teacher1) + (<usize>(row * arg(Arg.k1)) << 2)
  const weight0 = weight * (1 - gamma)
  const weight1 = weight * gamma
  return (
    <f64>weight0 * crossEntropy(grad0, teacher0, pad0, inverse, weight0 * scale, scratch) +
    <f64>weight1 * crossEntropy(grad1, teacher1, pad1, inverse, weight1 * scale, scratch)
  )
}
