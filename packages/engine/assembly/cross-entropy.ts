import { expNegative, logPositive, maxLanes, minusInfinity, sumLanes } from './simd'
import { clear } from './vectors'

/**
 * One row of soft cross-entropy. Scores [k, a multiple of 4] become `weight` times their gradient; minus infinity marks
 * what takes no part. `teacher` may be read a little past its row. Returns the loss without the weight.
 *
 *     z = (s - max s) / T, y likewise of the teacher;  loss = log sum exp z - sum exp(y) z / sum exp(y)
 */
export function crossEntropy(
  scores: usize,
  teacher: usize,
  k: u32,
  inverseTemperature: f32,
  weight: f32,
  scratch: usize,
): f64 {
  const bytes = <usize>k << 2
  const absent = minusInfinity()
  let highest = absent
  let highestTeacher = absent
  for (let o: usize = 0; o < bytes; o += 16) {
    const s = v128.load(scores + o)
    highest = f32x4.pmax(highest, s)
    const t = v128.bitselect(v128.load(teacher + o), absent, f32x4.gt(s, absent))
    highestTeacher = f32x4.pmax(highestTeacher, t)
  }
  const top = maxLanes(highest)
  if (top == -Infinity) {
    clear(scores, bytes)
    return 0
  }
  const topStudent = f32x4.splat(top)
  const topTeacher = f32x4.splat(maxLanes(highestTeacher))
  const inverse = f32x4.splat(inverseTemperature)
  let sumStudent = f32x4.splat(0)
  let sumTeacher = f32x4.splat(0)
  let cross = f32x4.splat(0)
  for (let o: usize = 0; o < bytes; o += 16) {
    const s = v128.load(scores + o)
    const there = f32x4.gt(s, absent)
    const z = v128.and(f32x4.mul(f32x4.sub(s, topStudent), inverse), there)
    const y = f32x4.mul(f32x4.sub(v128.load(teacher + o), topTeacher), inverse)
    const q = v128.and(expNegative(z), there)
    const p = v128.and(expNegative(y), there)
    sumStudent = f32x4.add(sumStudent, q)
    sumTeacher = f32x4.add(sumTeacher, p)
    cross = f32x4.add(cross, f32x4.mul(p, z))
    v128.store(scores + o, q)
    v128.store(scratch + o, p)
  }
  const totalStudent = sumLanes(sumStudent)
  const totalTeacher = sumLanes(sumTeacher)
  const factor = weight * inverseTemperature
  const scaleStudent = f32x4.splat(1 / totalStudent)
  const scaleTeacher = f32x4.splat(1 / totalTeacher)
  const scale = f32x4.splat(factor)
  for (let o: usize = 0; o < bytes; o += 16) {
    const q = f32x4.mul(v128.load(scores + o), scaleStudent)
    const p = f32x4.mul(v128.load(scratch + o), scaleTeacher)
    v128.store(scores + o, f32x4.mul(f32x4.sub(q, p), scale))
  }
  const log = f32x4.extract_lane(logPositive(f32x4.splat(totalStudent)), 0)
  return <f64>log - <f64>sumLanes(cross) / <f64>totalTeacher
}
