import { createRng } from '@recdistill/core'
import { countTensors, prepareTensors } from '@recdistill/tensor'
import assert from 'node:assert/strict'
import type { FusedInput } from '../fused.ts'
import type { AnyMethod } from '../method.ts'
import type { Check } from './check.ts'
import { evaluate } from './evaluate.ts'
import { expectPullback } from './finite-differences.ts'
import { assertNear } from './near.ts'
import { plainFused, readBy } from './plain-fused.ts'
import {
  drawAll,
  isCatalogue,
  makeScene,
  smallestCatalogue,
  type Drawn,
  type Params,
  type Scene,
} from './scene.ts'
import { scoreOf } from './stand-in.ts'

const everyone = [0, 1, 2, 3, 4, 5]

/** What a method's loss must be, whatever it is. */
export function lossChecks(method: AnyMethod, cases: readonly Params[]): Check[] {
  const inEvery =
    (
      law: (scene: Scene, params: Params, drawn: Drawn) => void,
      options: Parameters<typeof makeScene>[1] = {},
    ) =>
    async () => {
      await prepareTensors()
      for (const params of cases) {
        const scene = makeScene(smallestCatalogue(method, params) + 20, options)
        law(scene, params, drawAll(method, params, scene))
      }
    }
  return [
    {
      name: 'two blocks of rows sum to one batch, in value and gradient',
      run: inEvery((scene, params, drawn) => {
        const whole = evaluate(method, params, scene, drawn, { rows: everyone })
        const first = evaluate(method, params, scene, drawn, { rows: [0, 1, 2] })
        const second = evaluate(method, params, scene, drawn, { rows: [3, 4, 5] })
        assertNear([first.value + second.value], [whole.value], {}, 'value')
        for (const [name, gradient] of Object.entries(whole.gradients))
          assertNear(
            [...first.gradients[name], ...second.gradients[name]],
            gradient,
            {},
            `gradient of ${name}`,
          )
      }),
    },
    {
      name: 'the order of rows does not matter, and a row that stands twice counts twice',
      run: inEvery((scene, params, drawn) => {
        const whole = evaluate(method, params, scene, drawn, { rows: everyone })
        const rows = [5, 2, 0, 4, 3, 1]
        const other = evaluate(method, params, scene, drawn, { rows })
        assertNear([other.value], [whole.value], {}, 'value')
        for (const [name, gradient] of Object.entries(other.gradients)) {
          const size = drawn.lists[name].size
          const back = new Float32Array(gradient.length)
          rows.forEach((user, row) => back.set(gradient.subarray(row * size, (row + 1) * size), user * size))
          assertNear(back, whole.gradients[name], {}, `gradient of ${name}`)
        }
        const once = evaluate(method, params, scene, drawn, { rows: [2] })
        const twice = evaluate(method, params, scene, drawn, { rows: [2, 2] })
        assertNear([twice.value], [2 * once.value], {}, 'a row twice')
      }),
    },
    {
      name: 'padding takes no part',
      run: inEvery((scene, params, drawn) => {
        const plain = evaluate(method, params, scene, drawn, { rows: everyone })
        const padded = evaluate(method, params, scene, drawn, { rows: everyone, pad: 3 })
        assertNear([padded.value], [plain.value], {}, 'value; use mask')
      }),
    },
    {
      name: 'gradient agrees with finite differences through a factor model',
      run: inEvery((scene, params, drawn) => expectPullback(method, params, scene, drawn, createRng(3))),
    },
    {
      name: 'the loss by name equals the loss on the tape, in value and gradient',
      run: inEvery((scene, params, drawn) => expectFused(method, params, scene, drawn)),
    },
    {
      name: 'scores of plus and minus ninety and beyond give finite numbers',
      run: inEvery(
        (scene, params, drawn) => void evaluate(method, params, scene, drawn, { rows: everyone }),
        {
          spread: 60,
        },
      ),
    },
    {
      name: 'equal scores give finite numbers',
      run: inEvery(
        (scene, params, drawn) => void evaluate(method, params, scene, drawn, { rows: everyone }),
        {
          equal: true,
        },
      ),
    },
    {
      name: 'no tensor is left behind, and inputs are not disposed',
      run: inEvery((scene, params, drawn) => {
        evaluate(method, params, scene, drawn, { rows: everyone })
        const before = countTensors()
        evaluate(method, params, scene, drawn, { rows: everyone })
        assert.equal(countTensors() - before, 0, 'tensors after minus tensors before')
      }),
    },
  ]
}

function expectFused(method: AnyMethod, params: Params, scene: Scene, drawn: Drawn): void {
  const fused = method.fused?.(params)
  if (!fused) return
  const { student, teacher, seen } = scene
  const users = Uint32Array.from(seen.keys())
  const scores = (model: typeof student, name: string) =>
    Float64Array.from(drawn.lists[name].items, (item, n) =>
      item < scene.world.numItems ? scoreOf(model, Math.floor(n / drawn.lists[name].size), item) : 0,
    )
  const names = readBy(fused)
  for (const name of names) {
    assert.ok(name in drawn.lists, `fused names a list "${name}" that is not declared`)
    assert.ok(
      !isCatalogue(method.lists(params, scene.world, method.make?.(params, scene.world))[name]),
      `fused cannot read all items: ${name}`,
    )
  }
  if (fused.kind === 'rceKd')
    assert.equal(drawn.values[fused.gamma]?.size, 1, `value "${fused.gamma}" has size 1`)
  const input: FusedInput = {
    users,
    weights: new Float32Array(users.length).fill(1),
    lists: Object.fromEntries(
      names.map((name) => [
        name,
        {
          items: drawn.lists[name].items,
          k: drawn.lists[name].size,
          teacher: Float32Array.from(scores(teacher, name)),
        },
      ]),
    ),
    values: drawn.values,
  }
  const plain = plainFused(
    fused,
    input,
    Object.fromEntries(names.map((name) => [name, scores(student, name)])),
  )
  const onTape = evaluate(method, params, scene, drawn, { rows: [...users] })
  assertNear([onTape.value], [plain.value], {}, 'value')
  for (const [name, gradient] of Object.entries(onTape.gradients))
    assertNear(
      gradient,
      plain.gradients[name] ?? new Float64Array(gradient.length),
      {},
      `gradient of ${name}`,
    )
}
