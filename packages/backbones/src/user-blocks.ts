/** Rows `from` to `to` of some rows, and their users, each once. */
export interface UserBlock {
  readonly from: number
  readonly to: number
  readonly users: Uint32Array // as they first come
  /** Where the user of each row stands in `users`. [to - from] */
  readonly places: Uint32Array
}

/** Cuts rows of users, who may repeat, into blocks of at most so many different ones. Users who do not repeat keep their order. */
export function* userBlocks(rows: Uint32Array, most: number): Generator<UserBlock> {
  const placeOf = new Map<number, number>()
  const places = new Uint32Array(rows.length)
  let from = 0
  const block = (to: number): UserBlock => ({
    from,
    to,
    users: Uint32Array.from(placeOf.keys()),
    places: places.subarray(from, to),
  })
  for (let row = 0; row < rows.length; row++) {
    const user = rows[row]
    let place = placeOf.get(user)
    if (place === undefined) {
      if (placeOf.size === most) {
        yield block(row)
        placeOf.clear()
        from = row
      }
      place = placeOf.size
      placeOf.set(user, place)
    }
    places[row] = place
  }
  if (rows.length > 0) yield block(rows.length)
}
