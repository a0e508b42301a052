import { NO_ITEM, type Csr, type Rng } from '@recdistill/core'
import type { ListRows } from '@recdistill/engine'

export interface ReconstructionRows extends ListRows {
  /** 1 for a seen item, 0 for a drawn one, NaN where there is none. [rows, k] */
  readonly targets: Float32Array
}

/** Places of a row: a user with more entries gets several. */
const width = 64

/**
 * What users are asked to tell again: their seen items, and `unseen` times as many draws of unseen ones, uniform with
 * replacement, a repeated one once. `users` of the rows are places in the given users. Draws are of the user alone.
 */
export function reconstructionRows(
  seen: Csr,
  users: Uint32Array,
  { numItems, unseen, rng }: { numItems: number; unseen: number; rng: Rng },
): ReconstructionRows {
  const draws = rng.fork('negatives')
  const marks = new Int32Array(numItems).fill(-1) // 2 place: seen by that user; 2 place + 1: drawn for it
  const rowUsers: number[] = []
  const items: number[] = []
  const targets: number[] = []
  const add = (item: number, target: number, place: number) => {
    if (items.length % width === 0) rowUsers.push(place)
    items.push(item)
    targets.push(target)
  }
  users.forEach((user, place) => {
    const [start, end] = [seen.offsets[user], seen.offsets[user + 1]]
    for (let e = start; e < end; e++) {
      marks[seen.items[e]] = 2 * place
      add(seen.items[e], 1, place)
    }
    draws.at(user)
    const wanted = end - start === numItems ? 0 : unseen * (end - start)
    for (let n = 0; n < wanted; n++) {
      let item = draws.int(numItems)
      while (marks[item] === 2 * place) item = draws.int(numItems)
      if (marks[item] === 2 * place + 1) continue
      marks[item] = 2 * place + 1
      add(item, 0, place)
    }
    while (items.length % width !== 0) add(NO_ITEM, NaN, place)
  })
  return {
    users: Uint32Array.from(rowUsers),
    items: Uint32Array.from(items),
    k: width,
    targets: Float32Array.from(targets),
  }
}
