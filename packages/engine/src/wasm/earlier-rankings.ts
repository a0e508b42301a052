import type { Csr } from '@recdistill/core'
import type { Heap } from './heap.ts'
import type { WasmTable } from './table.ts'

/** What was asked of a ranking, by identity of tables and of what is excluded. */
interface Question {
  readonly user: WasmTable
  readonly item: WasmTable
  readonly k: number
  readonly exclude: Csr | null
  readonly users: Uint32Array
}
type Answer = Question & { readonly hints: number }

/** Numbers of hints kept in all. */
const mostHints = 2 ** 24

/**
 * What the last rankings of tables in training found: a little more than was asked for. A model that has moved a little still
 * ranks much the same items first, so the k-th best score that these items have now is a bound below which nothing need be
 * looked at. Results do not depend on it.
 */
export interface EarlierRankings {
  /** Pointer to the items found for the same question, however the tables have changed since; 0 if there are none. [users, width] */
  find(question: Question): number
  /** A pointer to where the new ones go, or 0 where they are too many or memory is full; call `keep` once they are there. */
  room(question: Question): number
  keep(question: Question, hints: number): void
  forget(table: WasmTable): void
}

/** Items kept for every user of whom k are asked for. */
export function hintWidth(k: number): number {
  return k + Math.ceil(k / 4)
}

export function earlierRankings(heap: Heap): EarlierRankings {
  let answers: Answer[] = []
  const same = (a: Question, b: Question) =>
    a.user === b.user &&
    a.item === b.item &&
    a.k === b.k &&
    a.exclude === b.exclude &&
    a.users.length === b.users.length &&
    a.users.every((user, n) => user === b.users[n])
  const size = ({ k, users }: Question) => users.length * hintWidth(k)
  const keepOnly = (isKept: (answer: Answer) => boolean) => {
    answers = answers.filter((answer) => {
      if (!isKept(answer)) heap.give(answer.hints)
      return isKept(answer)
    })
  }
  return {
    find: (question) => answers.find((answer) => same(answer, question))?.hints ?? 0,
    room(question) {
      if (size(question) > mostHints) return 0
      try {
        return heap.take(size(question) * 4)
      } catch {
        return 0 // rankings without hints are slower, not wrong
      }
    },
    keep(question, hints) {
      keepOnly((other) => !same(other, question))
      answers = [{ ...question, users: question.users.slice(), hints }, ...answers]
      let total = 0
      const fitting = new Set(answers.filter((one) => (total += size(one)) <= mostHints))
      keepOnly((answer) => fitting.has(answer))
    },
    forget(table) {
      keepOnly(({ user, item }) => user !== table && item !== table)
    },
  }
}
