import type { Csr } from '@recdistill/core'
import type { WasmTable } from './table.ts'

/** What was asked of a ranking, by identity of tables and of what is excluded. */
interface Question {
  readonly user: WasmTable
  readonly item: WasmTable
  readonly k: number
  readonly exclude: Csr | null
  readonly users: Uint32Array
}
type Answer = Question & { readonly items: Uint32Array }

/** Numbers of items kept in all. */
const mostItems = 2 ** 24

/**
 * The last answers about tables in training. A model that has moved a little still ranks much the same items first, so the
 * smallest score that an earlier list has now is a bound below which nothing need be looked at. Results do not depend on it.
 */
export interface EarlierRankings {
  /** Items of the last answer to the same question, however the tables have changed since. [users, k] */
  find(question: Question): Uint32Array | null
  keep(answer: Answer): void
  forget(table: WasmTable): void
}

export function earlierRankings(): EarlierRankings {
  let answers: Answer[] = []
  const same = (a: Question, b: Question) =>
    a.user === b.user &&
    a.item === b.item &&
    a.k === b.k &&
    a.exclude === b.exclude &&
    a.users.length === b.users.length &&
    a.users.every((user, n) => user === b.users[n])
  return {
    find: (question) => answers.find((answer) => same(answer, question))?.items ?? null,
    keep(answer) {
      answers = [answer, ...answers.filter((other) => !same(other, answer))]
      let items = 0
      answers = answers.filter((one) => (items += one.items.length) <= mostItems)
    },
    forget(table) {
      answers = answers.filter(({ user, item }) => user !== table && item !== table)
    },
  }
}
