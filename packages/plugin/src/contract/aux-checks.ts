import { createRng } from '@recdistill/core'
import { prepareTensors } from '@recdistill/tensor'
import assert from 'node:assert/strict'
import { batchOf } from './block.ts'
import type { Check } from './check.ts'
import { drawFirst } from './draw.ts'
import { evaluate, generalPoint } from './evaluate.ts'
import { partsOf, startPoint } from './point.ts'
import type { Params, SceneOptions } from './scene.ts'
import { declare, type Subject } from './subject.ts'

/** A student narrower than its teacher, as wide, and wider. */
const dims = [
  { student: 3, teacher: 5 },
  { student: 4, teacher: 4 },
  { student: 5, teacher: 3 },
]

/** What holds of the trainable numbers of a method, where it has any. */
export function auxChecks(subject: Subject): Check[] {
  const { method, cases, smallest } = subject
  if (!method.aux) return []
  const inScene = (params: Params, options: SceneOptions) => {
    const declared = declare(subject, params, smallest(params) + 20, options)
    return { declared, drawn: drawFirst(declared), batch: batchOf(declared) }
  }
  return [
    {
      name: 'auxiliary tensors fit vectors of any length, and the loss is finite at their initial values',
      async run() {
        await prepareTensors()
        for (const params of cases)
          for (const each of dims) {
            const { declared, drawn, batch } = inScene(params, { dims: each })
            evaluate(declared, drawn, { batch, point: startPoint(declared, createRng(41)) })
          }
      },
    },
    {
      name: 'every auxiliary tensor is trained',
      async run() {
        await prepareTensors()
        const idle = new Set<string>()
        const busy = new Set<string>()
        for (const params of cases) {
          const { declared, drawn, batch } = inScene(params, {})
          const point = generalPoint(declared)
          const { gradient } = evaluate(declared, drawn, { batch, point })
          for (const { name, start, length } of partsOf(point, 'student').slice(1)) {
            const moves = gradient.subarray(start, start + length).some((g) => g !== 0)
            ;(moves ? busy : idle).add(name)
          }
        }
        for (const name of idle) assert.ok(busy.has(name), `the gradient of ${name} is zero`)
      },
    },
  ]
}
