import { InputError } from '@recdistill/core'
import {
  expectCount,
  expectIds,
  expectLength,
  expectLists,
  expectSameDim,
  expectTrainable,
} from './check-input.ts'
import type { ListRows, PairPerceptron, PerceptronTables, ProductShape, Table } from './engine.ts'

export function expectProduct(
  left: Float32Array,
  right: Float32Array,
  { rows, inner, columns }: ProductShape,
  out: Float32Array,
): void {
  for (const [name, count] of Object.entries({ rows, inner, columns }))
    expectCount(`product.${name}`, count, 0)
  expectLength('product: left', left.length, rows * inner)
  expectLength('product: right', right.length, inner * columns)
  expectLength('product: out', out.length, rows * columns)
}

/** What `pairPerceptron` takes; done once. */
export function expectPerceptron({
  user,
  item,
  deepUser,
  deepItem,
  layers,
  output,
  outputBias,
}: PerceptronTables): void {
  const what = 'pairPerceptron'
  for (const table of [item, deepUser, deepItem]) expectSameDim(what, user, table)
  expectLength(`${what}: rows of "${deepUser.name}"`, deepUser.rows, user.rows)
  expectLength(`${what}: rows of "${deepItem.name}"`, deepItem.rows, item.rows)
  if (layers.length === 0) throw new InputError(`${what}: expected one hidden layer or more, got none`)
  const shape = (table: Table, rows: number, dim: number) => {
    if (table.rows !== rows || table.dim !== dim)
      throw new InputError(
        `${what}: expected table "${table.name}" to have ${rows} rows of ${dim}, got ${table.rows} of ${table.dim}`,
      )
  }
  let below = 2 * user.dim
  for (const { weights, bias } of layers) {
    shape(weights, below, weights.dim)
    shape(bias, 1, weights.dim)
    below = weights.dim
  }
  shape(output, 1, user.dim + below)
  shape(outputBias, 1, 1)
}

/** All of them, each once. */
export function tablesOf<T extends Table>(tables: PerceptronTables<T>): T[] {
  const { user, item, deepUser, deepItem, layers, output, outputBias } = tables
  const ofLayers = layers.flatMap(({ weights, bias }) => [weights, bias])
  return [user, item, deepUser, deepItem, ...ofLayers, output, outputBias]
}

/**
 * The border of a driver's perceptron.
 * @param owned Throws unless all tables are still there.
 */
export function checkedPerceptron(
  scorer: PairPerceptron,
  tables: PerceptronTables,
  { owned, checksIds }: { owned: () => void; checksIds: boolean },
): PairPerceptron {
  const { user, item } = tables
  const expectPairs = (what: string, rows: ListRows, numbers: Float32Array) => {
    owned()
    expectLists(what, rows)
    expectLength(`${what}: scores`, numbers.length, rows.items.length)
    if (checksIds) return
    expectIds(`${what}: users`, rows.users, user)
    expectIds(`${what}: items`, rows.items, item, true)
  }
  return {
    score(rows, out) {
      expectPairs('pairPerceptron.score', rows, out)
      scorer.score(rows, out)
    },
    pull(rows, grad) {
      for (const table of tablesOf(tables)) expectTrainable('pairPerceptron.pull', table)
      expectPairs('pairPerceptron.pull', rows, grad)
      scorer.pull(rows, grad)
    },
    scoreAll(users, out) {
      owned()
      expectIds('pairPerceptron.scoreAll: users', users, user)
      expectLength('pairPerceptron.scoreAll: out', out.length, users.length * item.rows)
      scorer.scoreAll(users, out)
    },
    forget: () => scorer.forget(),
    release: () => scorer.release(),
  }
}
