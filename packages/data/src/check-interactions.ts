import { InputError, type Interactions } from '@recdistill/core'
import type { InteractionTable } from './read/read-interactions.ts'

/**
 * Interactions that a program made rather than `readInteractions`. A row that does not fit would be lost, or stand in a row of nobody.
 * @throws InputError naming the first column or row that does not fit.
 */
export function checkInteractions(
  speaker: string,
  interactions: Interactions & Partial<Pick<InteractionTable, 'ratings' | 'parts'>>,
): void {
  const { numUsers, numItems, users, items, times, ratings, parts } = interactions
  for (const [name, column] of Object.entries({ items, times, ratings, parts }))
    if (column !== undefined && column.length !== users.length)
      throw new InputError(
        `${speaker}: there are ${users.length} users and ${column.length} ${name}; expected one of each for every interaction`,
      )
  for (let n = 0; n < users.length; n++) {
    if (!(users[n] < numUsers)) throw outside(speaker, n, `user ${users[n]}`, `numUsers ${numUsers}`)
    if (!(items[n] < numItems)) throw outside(speaker, n, `item ${items[n]}`, `numItems ${numItems}`)
    if (times && !Number.isFinite(times[n]))
      throw new InputError(
        `${speaker}: the time of interaction ${n} is ${times[n]}; expected seconds since 1970`,
      )
  }
}

function outside(speaker: string, n: number, id: string, count: string): InputError {
  return new InputError(
    `${speaker}: interaction ${n} has ${id}, which is not below ${count}; ids are dense and start at 0`,
  )
}
