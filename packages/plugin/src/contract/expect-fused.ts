import assert from 'node:assert/strict'
import type { FusedInput } from '../fused.ts'
import { fusedProblem } from '../fused-problem.ts'
import { batchOf, blockOf } from './block.ts'
import { isDrawn, type Drawn } from './drawn.ts'
import { evaluate, generalPoint } from './evaluate.ts'
import { assertNear } from './near.ts'
import { plainFused, readBy } from './plain-fused.ts'
import type { Declared } from './subject.ts'
import { viewsOf } from './views.ts'

/** Holds the loss a method names to the one it computes, where the parameters name one. */
export function expectFused(declared: Declared, drawn: Drawn): void {
  const fused = declared.subject.method.fused?.(declared.params)
  if (!fused) return
  const problem = fusedProblem(fused, declared)
  assert.ok(problem === null, problem ?? '')
  const names = readBy(fused)
  for (const name of names) {
    if (fused.kind === 'catalogueCrossEntropy')
      assert.equal(Reflect.get(declared.lists[name], 'size'), 'catalogue', `fused reads all items: ${name}`)
    else assert.ok(isDrawn(declared.lists[name]), `fused cannot read all items, or those of a pair: ${name}`)
  }
  if (fused.kind === 'rceKd')
    assert.equal(declared.values[fused.gamma]?.size, 1, `value "${fused.gamma}" has size 1`)
  const batch = batchOf(declared)
  const point = generalPoint(declared)
  const block = blockOf(declared, drawn, { batch })
  const users = Uint32Array.from(block.rows, ({ user }) => user)
  const teacher = viewsOf(point.teacher, block)
  const student = viewsOf(point.student, block).filter(({ kind }) => kind === 'scores')
  const input: FusedInput = {
    users,
    weights: new Float32Array(users.length).fill(1),
    lists: Object.fromEntries(
      names.map((name) => {
        const { size: k, items } = block.lists[name]
        const scores = teacher.find((view) => view.kind === 'scores' && view.name === name)?.data
        return [name, { items, k, teacher: scores as Float32Array }]
      }),
    ),
    values: Object.fromEntries(
      Object.entries(declared.values).map(([name, { size }]) => {
        const rows = [...users].flatMap((user) => [...drawn.values[name][user]])
        return [name, { size, data: Float32Array.from(rows) }]
      }),
    ),
  }
  const scores = Object.fromEntries(student.map(({ name, data }) => [name, data]))
  const plain = plainFused(fused, input, scores)
  const onTape = evaluate(declared, drawn, { batch, point })
  assertNear([onTape.value], [plain.value], {}, 'value')
  const pulled = new Float64Array(onTape.gradient.length)
  for (const view of student)
    if (view.name in plain.gradients) view.pull(Float32Array.from(plain.gradients[view.name]), pulled)
  assertNear(onTape.gradient, pulled, {}, 'gradient')
}
