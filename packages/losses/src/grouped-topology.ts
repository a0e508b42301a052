import { type Scalar, stopGradient, type Tensor2D, tf } from '@recdistill/tensor'
import { expectSameRows } from './shapes.ts'
import { stackRows, type Stacked } from './stack-rows.ts'
import { cosineDistance } from './topology-distance.ts'
import { unitRows } from './unit-rows.ts'

export interface GroupedTopologyOptions {
  /** Pairs of one group: those the teacher holds similar (cosine above 0), or all. */
  readonly samePairs?: 'teacherPositive' | 'all'
  /** What a group's prototype is compared with: every row, or the other prototypes. */
  readonly prototypesWith?: 'entities' | 'prototypes'
  /** With `prototypesWith: 'prototypes'`: whether the gradient reaches the rows a prototype is the mean of; without, that part has none. */
  readonly prototypeGradient?: boolean
}

/**
 * Topology at two levels: rows keep their angles within their own group, and between groups only the angles to the groups'
 * prototypes, which are the means of their rows in either space.
 *
 *     loss = sum over ordered pairs (a, b) of one group of (cos(s_a, s_b) - cos(t_a, t_b))^2
 *          + sum over groups g present and rows a of (cos(P^S_g, s_a) - cos(P^T_g, t_a))^2
 *
 * Prototypes of the second part are constants. With `prototypesWith: 'prototypes'` the second part is the sum over ordered
 * pairs of groups of (cos(P^S_g, P^S_h) - cos(P^T_g, P^T_h))^2 instead.
 *
 * @param student Vectors of the model in training. [n, student dim], or several stacked
 * @param teacher Vectors of the same entities, constants. [n, teacher dim], or several stacked
 * @param groups Group of each row. [n]
 * @returns Summed over pairs.
 * @throws RangeError when the three disagree on rows, or what is stacked on columns.
 * @see Kang et al., Topology Distillation for Recommender System, KDD 2021, hierarchical topology distillation. The filter
 *   of pairs and the missing gradient of prototypes are those of the released code.
 */
export function groupedTopology(
  student: Stacked,
  teacher: Stacked,
  groups: ArrayLike<number>,
  {
    samePairs = 'teacherPositive',
    prototypesWith = 'entities',
    prototypeGradient = true,
  }: GroupedTopologyOptions = {},
): Scalar {
  return tf.tidy(() => {
    const rows = {
      student: stackRows('groupedTopology', 'student', student),
      teacher: stackRows('groupedTopology', 'teacher', teacher),
    }
    expectSameRows('groupedTopology', rows)
    const n = rows.student.shape[0]
    if (groups.length !== n)
      throw new RangeError(
        `groupedTopology: student has ${n} rows but groups has ${groups.length}; every row needs a group`,
      )
    if (n === 0) return tf.scalar(0)
    const members = membersOf(groups)
    const x = unitRows(rows.student)
    const y = stopGradient(unitRows(rows.teacher))
    const order = tf.tensor1d(
      members.flatMap((ids) => [...ids]),
      'int32',
    )
    const within = cosineDistance(tf.gather(x, order), tf.gather(y, order), {
      sizes: members.map((ids) => ids.length),
      positiveOnly: samePairs === 'teacherPositive',
    })
    const means = tf.tensor2d(meanWeights(members, n), [members.length, n])
    const studentPrototypes = unitRows(tf.matMul(means, rows.student))
    const teacherPrototypes = stopGradient(unitRows(tf.matMul(means, rows.teacher)))
    const between =
      prototypesWith === 'entities'
        ? distanceToPrototypes(stopGradient(studentPrototypes), x, teacherPrototypes, y)
        : cosineDistance(
            prototypeGradient ? studentPrototypes : stopGradient(studentPrototypes),
            teacherPrototypes,
          )
    return tf.add<Scalar>(within, between)
  })
}

function distanceToPrototypes(ofStudent: Tensor2D, x: Tensor2D, ofTeacher: Tensor2D, y: Tensor2D): Scalar {
  const error = tf.sub(tf.matMul(ofStudent, x, false, true), tf.matMul(ofTeacher, y, false, true))
  return tf.sum<Scalar>(tf.square(error))
}

/** Rows of each group that is present, groups ascending. */
function membersOf(groups: ArrayLike<number>): Int32Array[] {
  const rows = new Map<number, number[]>()
  for (let a = 0; a < groups.length; a++) {
    const members = rows.get(groups[a])
    if (members) members.push(a)
    else rows.set(groups[a], [a])
  }
  return [...rows].sort(([g], [h]) => g - h).map(([, members]) => Int32Array.from(members))
}

/** Row g holds 1 / size of group g at its members. [groups, n] */
function meanWeights(members: readonly Int32Array[], n: number): Float32Array {
  const weights = new Float32Array(members.length * n)
  members.forEach((rows, g) => {
    for (const a of rows) weights[g * n + a] = 1 / rows.length
  })
  return weights
}
