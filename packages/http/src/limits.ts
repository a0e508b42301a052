/** What a request may ask for and how long it may take. */
export interface Limits {
  /** Longest list that is given out. */
  readonly maxK: number
  /** Length of a list when a request says nothing. */
  readonly defaultK: number
  /** Most ids in one list of a request: items of a new user, items to exclude, items to choose from. */
  readonly maxIds: number
  /** Longest id, in UTF-16 code units. */
  readonly maxIdLength: number
  /** Largest body of a request. Larger ones are answered with 413. */
  readonly maxBodyBytes: number
  /** Largest head of a request: its first line with the address, and all headers. Larger ones are answered with 431. */
  readonly maxHeadBytes: number
  /** Seconds in which the head of a request has to arrive. */
  readonly headSeconds: number
  /** Seconds in which a whole request has to arrive. Later ones are answered with 408. */
  readonly requestSeconds: number
  /** Seconds that a connection may stay open between two requests. */
  readonly idleSeconds: number
  /** Most connections at once, of one process; further ones are closed at once. 0 is no limit but the system's. */
  readonly maxConnections: number
}

/** Meant for a service behind a proxy or a load balancer; a request of one user is answered in well under a millisecond. */
export const defaultLimits: Limits = {
  maxK: 1000,
  defaultK: 10,
  maxIds: 1000,
  maxIdLength: 1024,
  maxBodyBytes: 1024 * 1024,
  maxHeadBytes: 16 * 1024,
  headSeconds: 10,
  requestSeconds: 15,
  idleSeconds: 65,
  maxConnections: 0,
}

/**
 * @throws RangeError naming the limit that there is not, is no integer, or is out of its range.
 */
export function resolveLimits(given: Partial<Limits> = {}): Limits {
  const stray = Object.keys(given).find((name) => !Object.hasOwn(defaultLimits, name))
  if (stray !== undefined)
    throw new RangeError(`limits: there is no "${stray}"; there are ${Object.keys(defaultLimits).join(', ')}`)
  const limits = { ...defaultLimits, ...given }
  const smallest: Partial<Record<keyof Limits, number>> = { maxConnections: 0, maxHeadBytes: 256 }
  for (const name of Object.keys(defaultLimits) as (keyof Limits)[]) {
    const least = smallest[name] ?? 1
    const value = limits[name]
    if (!Number.isSafeInteger(value) || value < least)
      throw new RangeError(`${name}: expected an integer >= ${least}, got ${value}`)
  }
  // A maximum that was lowered below the default lowers the default with it; a default that was asked for is not changed quietly.
  if (given.defaultK === undefined) return { ...limits, defaultK: Math.min(limits.defaultK, limits.maxK) }
  if (limits.defaultK > limits.maxK)
    throw new RangeError(`defaultK: expected at most maxK, ${limits.maxK}, got ${limits.defaultK}`)
  return limits
}
