import type { OwnFiles } from './own-files.ts'

/** A model that works, to begin from: the one of the guide. */
export function backboneFiles(name: string, constant: string): OwnFiles {
  return {
    about: 'A recommender model for recdistill, as teacher, student or baseline.',
    use: '--preset quick --student FILE:8',
    source: source(name),
    test: test(name, constant),
  }
}

function source(name: string): string {
  return `import { factorBackbone, initTable, restoreTables, stateOfTables } from '@recdistill/backbones'
import type { Engine } from '@recdistill/engine'
import { defineBackbone } from '@recdistill/plugin'
import { z } from 'zod'

/** loss of a row = log(sum over its items n of e^(s_n / temperature)) - s_0 / temperature; item 0 is the seen one. */
export default defineBackbone({
  name: '${name}',
  paper: {
    title: 'On the Effectiveness of Sampled Softmax Loss for Item Recommendation',
    venue: 'TOIS 2024',
  },
  params: z.object({
    init: z.number().positive().default(0.01).describe('standard deviation of the initial values'),
    temperature: z.number().positive().default(0.5).describe('of the softmax'),
  }),
  create({ split, dim, optimizer, rng, engine: given, trainable }, { init, temperature }) {
    const engine = given as Engine
    const user = engine.table('users', split.numUsers, dim, { trainable })
    const item = engine.table('items', split.numItems, dim, { trainable })
    const tables = [user, item]
    if (trainable) for (const table of tables) initTable(engine, table, init, rng)
    return factorBackbone(engine, user, item, {
      begin() {},
      base({ users, positives, negatives, negativesPerRow }) {
        const k = 1 + negativesPerRow
        const items = new Uint32Array(users.length * k)
        for (let row = 0; row < users.length; row++) {
          items[row * k] = positives[row]
          items.set(negatives.subarray(row * negativesPerRow, (row + 1) * negativesPerRow), row * k + 1)
        }
        const lists = { users, items, k }
        const scores = new Float32Array(items.length)
        engine.scoreLists(user, item, lists, scores)
        let loss = 0
        for (let at = 0; at < scores.length; at += k)
          loss += softmaxInPlace(scores.subarray(at, at + k), temperature)
        engine.pullScores(user, item, lists, scores)
        return loss
      },
      update: () => engine.adam(tables, optimizer),
      state: () => stateOfTables(engine, tables, trainable),
      restore: (state) => restoreTables(engine, tables, state),
      dispose() {
        for (const table of tables) engine.free(table)
      },
    })
  },
})

/** The loss of a row of scores, which become the gradient. */
function softmaxInPlace(scores: Float32Array, temperature: number): number {
  const [seen] = scores
  const most = Math.max(...scores)
  let sum = 0
  for (const score of scores) sum += Math.exp((score - most) / temperature)
  for (let n = 0; n < scores.length; n++)
    scores[n] = (Math.exp((scores[n] - most) / temperature) / sum - (n === 0 ? 1 : 0)) / temperature
  return (most - seen) / temperature + Math.log(sum)
}
`
}

function test(name: string, constant: string): string {
  return `import { createEngine } from '@recdistill/engine'
import { describeBackbone } from '@recdistill/plugin/contract'
import ${constant} from './${name}.ts'

const engine = createEngine({ threads: 1 })

// Views against plain oracles, gradients against finite differences, ranking, saving and restoring: every law of the contract.
describeBackbone(${constant}, { engine: () => engine })
`
}
