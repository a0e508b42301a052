/** Finds the distinct ids of a batch, in order of first appearance, with how often each occurs. */
export class DistinctIds {
  readonly #place: Uint32Array // id -> place + 1 in the current batch, 0 when absent
  readonly #ids: Uint32Array
  readonly #counts: Float32Array

  /** @param size One more than the largest id; larger ids, such as `NO_ITEM`, are passed over. */
  constructor(size: number) {
    this.#place = new Uint32Array(size)
    this.#ids = new Uint32Array(size)
    this.#counts = new Float32Array(size)
  }

  /** Views, valid until the next call. */
  of(batches: Iterable<Uint32Array>): { ids: Uint32Array; counts: Float32Array } {
    let found = 0
    for (const batch of batches)
      for (const id of batch) {
        const place = this.#place[id]
        if (place > 0) this.#counts[place - 1]++
        else if (place === 0) {
          this.#ids[found] = id
          this.#counts[found] = 1
          this.#place[id] = ++found
        }
      }
    const ids = this.#ids.subarray(0, found)
    for (const id of ids) this.#place[id] = 0
    return { ids, counts: this.#counts.subarray(0, found) }
  }
}
