import { createRng, type Interactions, type Rng } from '@recdistill/core'
import { createCatalogue, type Catalogue } from './catalogue.ts'

export interface SyntheticOptions {
  readonly users: number
  readonly items: number
  /** About how many; the lengths of users' histories are drawn. */
  readonly interactions: number
  /** Coarse tastes: few, so a small model can hold them. */
  readonly groups: number
  /** Fine tastes within each: many, so only a large model can hold all. */
  readonly subgroups: number
  /** Fine tastes a user has, spread over two coarse ones. */
  readonly tastes: number
  /** Share of interactions that follow fashion rather than taste. */
  readonly fashion: number
  /** Zipf exponent of popularity within a taste and over the catalogue. */
  readonly zipf: number
  readonly seed: number
}

const firstSecond = Date.UTC(2022, 0, 1) / 1000
const spanSeconds = 2 * 365 * 86400

/**
 * A world with known structure: items belong to fine tastes within coarse ones, users mix a few of them, popularity has a long
 * tail, and a user stays with a taste for a few steps before turning to the next, so order means something too.
 * User by user in order of time, no pair twice. The same options give the same bytes.
 */
export function generateInteractions(options: SyntheticOptions): Interactions {
  const root = createRng(options.seed).fork('synthetic')
  const catalogue = catalogueOf(options)
  const lengths = historyLengths(options, root.fork('lengths'))
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const users = new Uint32Array(total)
  const items = new Uint32Array(total)
  const times = new Float64Array(total)
  const owner = new Uint32Array(options.items) // user + 1 who last took the item
  const rng = root.fork('users')
  let n = 0
  for (let u = 0; u < options.users; u++) {
    const history = items.subarray(n, n + lengths[u])
    users.fill(u, n, n + history.length)
    fillHistory(history, u, owner, catalogue, options, rng.at(u))
    fillTimes(times.subarray(n, n + history.length), rng)
    n += history.length
  }
  return { numUsers: options.users, numItems: options.items, users, items, times }
}

/**
 * The taste of each item that occurs, in the order of their ids in a prepared split (what nobody took has no id there). Item i is of the
 * coarse taste `groups[i]`, and in it of the fine taste `subgroups[i]`.
 */
export function itemTastes(options: SyntheticOptions): { groups: Uint32Array; subgroups: Uint32Array } {
  const { tastes } = catalogueOf(options)
  const taken = new Uint8Array(options.items)
  for (const item of generateInteractions(options).items) taken[item] = 1
  const known = tastes.filter((_, item) => taken[item] === 1)
  return {
    groups: known.map((taste) => Math.floor(taste / options.subgroups)),
    subgroups: known.map((taste) => taste % options.subgroups),
  }
}

function catalogueOf(options: SyntheticOptions): Catalogue {
  return createCatalogue(options, createRng(options.seed).fork('synthetic').fork('catalogue'))
}

/** Log-normal above a floor of 5, capped at a third of the catalogue. */
function historyLengths({ users, items, interactions }: SyntheticOptions, rng: Rng): Uint32Array {
  const floor = 5
  const sigma = 0.8
  const mean = Math.max(0, interactions / users - floor)
  return Uint32Array.from({ length: users }, (_, u) => {
    const draw = mean * Math.exp(sigma * rng.at(u).normal() - (sigma * sigma) / 2)
    return Math.min(Math.floor(items / 3), floor + Math.round(draw))
  })
}

function fillHistory(
  history: Uint32Array,
  user: number,
  owner: Uint32Array,
  catalogue: Catalogue,
  { groups, subgroups, tastes, fashion }: SyntheticOptions,
  rng: Rng,
): void {
  const own = drawTastes(groups, subgroups, tastes, rng)
  let taste = own.pick(rng)
  for (let n = 0; n < history.length; n++) {
    let item: number
    let tries = 0
    do {
      // A taste whose items are used up must not hold the loop.
      if (tries > 0 || rng.float() > 0.6) taste = own.pick(rng)
      if (tries++ > 20) item = rng.int(owner.length)
      else item = rng.float() < fashion ? catalogue.fashionable(rng) : catalogue.ofTaste(taste, rng)
    } while (owner[item] === user + 1)
    owner[item] = user + 1
    history[n] = item
  }
}

/** Fine tastes in two coarse ones, with weights that differ (normalised exponentials). */
function drawTastes(groups: number, subgroups: number, count: number, rng: Rng) {
  // Low draws are likelier: the first coarse tastes are the common ones.
  const common = () => Math.floor(groups * rng.float() ** 1.4)
  const coarse = [common(), common()]
  const fine = Array.from({ length: count }, (_, n) => coarse[n % 2] * subgroups + rng.int(subgroups))
  const weights = fine.map(() => 0.25 + rng.exponential())
  const sum = weights.reduce((a, b) => a + b, 0)
  return {
    pick(draws: Rng): number {
      let at = draws.float() * sum
      for (let n = 0; n < count - 1; n++) {
        at -= weights[n]
        if (at < 0) return fine[n]
      }
      return fine[count - 1]
    },
  }
}

/** Ascending whole seconds: a start within two years, then exponential gaps over what is left. */
function fillTimes(times: Float64Array, rng: Rng): void {
  const start = 0.7 * spanSeconds * rng.float()
  const gap = (spanSeconds - start) / (times.length + 1)
  let now = start
  for (let n = 0; n < times.length; n++) {
    now += gap * Math.min(rng.exponential(), 3)
    times[n] = firstSecond + Math.floor(now)
  }
}
