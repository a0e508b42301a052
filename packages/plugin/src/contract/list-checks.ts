import { NO_ITEM } from '@recdistill/core'
import assert from 'node:assert/strict'
import { checkDeclared } from '../check-declared.ts'
import { rowsOver } from '../method.ts'
import type { Check } from './check.ts'
import { drawEpochs } from './draw.ts'
import { isDrawn, type DrawnSpec, type Drawn } from './drawn.ts'
import type { Watch } from './draw-row.ts'
import type { Params, SceneOptions } from './scene.ts'
import { declare, type Declared, type Subject } from './subject.ts'

/** What a method draws: in a roomy catalogue, and in the smallest one its `check` lets through. */
export function listChecks(subject: Subject): Check[] {
  const { prefix, cases, unseen, repeats, smallest } = subject
  const sizes = (params: Params) => [smallest(params), 2 * smallest(params) + 20]
  const inEvery = (law: (declared: Declared, again: (options?: SceneOptions) => Declared) => void) => () => {
    for (const params of cases)
      for (const numItems of sizes(params)) {
        const again = (options?: SceneOptions) => declare(subject, params, numItems, options)
        law(again(), again)
      }
  }
  const inEveryDrawn = (law: (declared: Declared, drawn: Drawn) => void) =>
    inEvery((declared) => {
      for (const drawn of drawEpochs(declared)) law(declared, drawn)
    })
  const laws: Check[] = [
    {
      name: 'lists and values have sizes, and are drawn once or every n epochs',
      run: inEvery(expectSpecs),
    },
    {
      name: 'lists hold items of the catalogue, none twice, padding behind them',
      run: inEveryDrawn((declared, drawn) => {
        const { numItems } = declared.scene.world
        for (const { name, user, items } of listsOf(declared, drawn)) {
          const end = items.includes(NO_ITEM) ? items.indexOf(NO_ITEM) : items.length
          const where = `list ${name} of user ${user} in a catalogue of ${numItems}, epoch ${drawn.epoch}`
          assert.ok(
            items.slice(end).every((item) => item === NO_ITEM),
            `${where}: an item behind padding`,
          )
          assert.ok(
            items.slice(0, end).every((item) => item < numItems),
            `${where}: no such item`,
          )
          if (!repeats.includes(name))
            assert.equal(new Set(items.slice(0, end)).size, end, `${where}: an item twice`)
        }
      }),
    },
    {
      name: 'lists of unseen items hold no seen item',
      run: inEveryDrawn((declared, drawn) => {
        for (const name of [...unseen, ...repeats])
          assert.ok(name in drawn.lists, `there is no drawn list "${name}"`)
        for (const { name, user, items } of listsOf(declared, drawn))
          if (unseen.includes(name))
            for (const item of items)
              assert.ok(!declared.scene.seen[user].includes(item), `${name}: user ${user} has seen ${item}`)
      }),
    },
    {
      name: 'values are finite',
      run: inEveryDrawn((_, { values }) => {
        for (const [name, rows] of Object.entries(values))
          for (const row of rows) assert.ok(row.every(Number.isFinite), name)
      }),
    },
    {
      name: 'the same seed draws the same, in any order of users',
      run: inEvery((declared, again) => {
        const drawn = drawEpochs(declared)
        assert.deepEqual(drawEpochs(again()), drawn, 'drawn again')
        assert.deepEqual(drawEpochs(again(), { order: [3, 0, 5, 2, 4, 1] }), drawn, 'drawn in another order')
      }),
    },
    {
      name: 'a draw changes nothing that it reads',
      run: inEvery((declared) => {
        let given: { what: string; values: ArrayLike<number>; copy: ArrayLike<number> }[] = []
        const watch: Watch = {
          read(what, values) {
            given.push({ what, values, copy: values.slice() })
            return values
          },
          done() {
            for (const { what, values, copy } of given)
              assert.deepEqual(values, copy, `what ${what} gives is to be read alone: copy it first`)
            given = []
          },
        }
        drawEpochs(declared, { watch })
      }),
    },
    {
      name: 'a law that is named draws what the program does',
      run: inEvery((declared) => {
        assert.deepEqual(drawEpochs(declared, { byLaw: true }), drawEpochs(declared))
      }),
    },
    {
      name: 'a resumed run draws what an unbroken one does',
      run: inEvery((declared, again) => {
        const drawn = drawEpochs(declared)
        for (const from of drawn.slice(0, -1))
          assert.deepEqual(
            drawEpochs(again(), { from }),
            drawn.slice(from.epoch + 1),
            `resumed after epoch ${from.epoch}: lists and values are saved, nothing else is`,
          )
      }),
    },
    {
      name: 'extreme and equal scores draw lists all the same',
      run: inEvery((_, again) => {
        for (const options of [{ spread: 60 }, { equal: true }]) drawEpochs(again(options))
      }),
    },
  ]
  return laws.map((law) => ({ ...law, name: `${prefix}${law.name}` }))
}

function expectSpecs(declared: Declared): void {
  const { subject, params, lists, values, rows, aux, backgrounds } = declared
  const { method } = subject
  checkDeclared(method.name, declared)
  assert.ok(Object.keys(lists).length + Object.keys(rows).length > 0, 'at least one list, or vectors')
  for (const [name, spec] of Object.entries(lists)) {
    const perPair = 'pair' in spec || (isDrawn(spec) && spec.per === 'pair')
    assert.ok(
      !perPair || rowsOver(method, params) === 'pairs',
      `${name} is of a training pair: it needs over: 'pairs'`,
    )
  }
  for (const [name, { refresh, carried }] of Object.entries(values))
    assert.ok(
      !carried || refresh !== 'batch',
      `${name} is carried from epoch to epoch, not from batch to batch`,
    )
  for (const [name, { init }] of Object.entries(aux)) {
    if (init === 'zeros') continue
    const size = 'uniform' in init ? init.uniform : init.normal
    assert.ok(size > 0, `aux ${name}: initial values of size ${size}`)
  }
  for (const [name, { clamp }] of Object.entries(backgrounds))
    assert.ok(clamp === undefined || clamp > 0, `background ${name}: clamp is ${clamp}`)
}

/** Every list as a loss sees it: of a user, or of one training pair. */
function* listsOf({ lists }: Declared, drawn: Drawn) {
  for (const [name, rows] of Object.entries(drawn.lists)) {
    const { size } = lists[name] as DrawnSpec
    for (const [user, items] of rows.entries())
      for (let start = 0; start < items.length; start += size)
        yield { name, user, items: items.subarray(start, start + size) }
  }
}
