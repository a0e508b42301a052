/** Finds the distinct users of a batch, in order of first appearance, with how often each occurs. */
export class DistinctUsers {
  readonly #place: Uint32Array // user -> place + 1 in the current batch, 0 when absent
  readonly #users: Uint32Array
  readonly #counts: Float32Array

  constructor(numUsers: number, batch: number) {
    this.#place = new Uint32Array(numUsers)
    this.#users = new Uint32Array(batch)
    this.#counts = new Float32Array(batch)
  }

  /** Views, valid until the next call. */
  of(batch: Uint32Array): { users: Uint32Array; counts: Float32Array } {
    let found = 0
    for (const user of batch) {
      const place = this.#place[user]
      if (place > 0) this.#counts[place - 1]++
      else {
        this.#users[found] = user
        this.#counts[found] = 1
        this.#place[user] = ++found
      }
    }
    const users = this.#users.subarray(0, found)
    for (const user of users) this.#place[user] = 0
    return { users, counts: this.#counts.subarray(0, found) }
  }
}
