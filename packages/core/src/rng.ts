import { InputError } from './errors.ts'
import { show } from './refusal/show.ts'

/**
 * Counter-based random numbers: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, SC 2011).
 *
 * A stream is a key; a draw is a pure function of key, substream and position. So a draw for user 7 in epoch 3 is the
 * same whoever draws before it, on however many threads, before or after a resume, and there is no state to save.
 */
export class Rng {
  readonly #key0: number
  readonly #key1: number
  #substream = 0
  #position = 0
  #spare = 0
  #hasSpare = false
  #out0 = 0
  #out1 = 0

  /** Use `createRng`; the constructor takes the two words of the key. */
  constructor(key0: number, key1: number) {
    this.#key0 = key0 | 0
    this.#key1 = key1 | 0
  }

  /** The two words of the key: all that tells this stream from others, for whoever computes its numbers elsewhere. */
  get key(): readonly [number, number] {
    return [this.#key0, this.#key1]
  }

  /** The stream called `name` below this one: its own key, so another reader changes nothing here. */
  fork(name: string | number): Rng {
    const [low, high] = typeof name === 'number' ? [name | 0, 0x6e756d] : hashName(name)
    this.#block(low, high ^ 0x5bd1e995)
    return new Rng(this.#out0, this.#out1)
  }

  /** Goes to the start of substream `index` (a user, a row) of this same stream, without allocating. Returns itself. */
  at(index: number): this {
    this.#substream = index | 0
    this.#position = 0
    this.#hasSpare = false
    return this
  }

  /** A whole number of 0 to 2^32 - 1. */
  uint32(): number {
    if (this.#hasSpare) {
      this.#hasSpare = false
      return this.#spare
    }
    this.#block(this.#position++, this.#substream)
    this.#spare = this.#out1 >>> 0
    this.#hasSpare = true
    return this.#out0 >>> 0
  }

  /** In [0, 1), steps of 2^-32. */
  float(): number {
    return this.uint32() * 2 ** -32
  }

  /**
   * A whole number of 0 to n - 1, each equally likely (rejection, Lemire 2019).
   * @throws InputError when n is no whole number of 1 to 2^32.
   */
  int(n: number): number {
    if (!(n >= 1 && n <= 2 ** 32 && n % 1 === 0))
      throw new InputError(`Rng.int: expected a whole number of 1 to 2^32, got ${show(n)}`)
    const limit = 2 ** 32 - (2 ** 32 % n)
    let draw = this.uint32()
    while (draw >= limit) draw = this.uint32()
    return draw % n
  }

  /** Exp(1), above 0. */
  exponential(): number {
    return -Math.log((this.uint32() + 0.5) * 2 ** -32)
  }

  /** N(0, 1) (Box and Muller 1958; the second value of a pair is dropped, so draws stay one call, two words). */
  normal(): number {
    const radius = Math.sqrt(2 * this.exponential())
    return radius * Math.cos(2 * Math.PI * this.float())
  }

  /** Puts `list` in random order (Fisher and Yates). */
  shuffle(list: Uint32Array): void {
    for (let n = list.length - 1; n > 0; n--) {
      const other = this.int(n + 1)
      const kept = list[n]
      list[n] = list[other]
      list[other] = kept
    }
  }

  /** Twenty rounds written out: a loop over them takes twice as long. */
  #block(counter0: number, counter1: number): void {
    const k0 = this.#key0
    const k1 = this.#key1
    const k2 = 0x1bd11bda ^ k0 ^ k1
    let x0 = (counter0 + k0) | 0
    let x1 = (counter1 + k1) | 0
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 13) | (x1 >>> 19))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 15) | (x1 >>> 17))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 26) | (x1 >>> 6))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 6) | (x1 >>> 26))
    x0 = (x0 + k1) | 0
    x1 = (x1 + k2 + 1) | 0
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 17) | (x1 >>> 15))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 29) | (x1 >>> 3))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 16) | (x1 >>> 16))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 24) | (x1 >>> 8))
    x0 = (x0 + k2) | 0
    x1 = (x1 + k0 + 2) | 0
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 13) | (x1 >>> 19))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 15) | (x1 >>> 17))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 26) | (x1 >>> 6))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 6) | (x1 >>> 26))
    x0 = (x0 + k0) | 0
    x1 = (x1 + k1 + 3) | 0
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 17) | (x1 >>> 15))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 29) | (x1 >>> 3))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 16) | (x1 >>> 16))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 24) | (x1 >>> 8))
    x0 = (x0 + k1) | 0
    x1 = (x1 + k2 + 4) | 0
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 13) | (x1 >>> 19))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 15) | (x1 >>> 17))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 26) | (x1 >>> 6))
    x0 = (x0 + x1) | 0
    x1 = x0 ^ ((x1 << 6) | (x1 >>> 26))
    x0 = (x0 + k2) | 0
    x1 = (x1 + k0 + 5) | 0
    this.#out0 = x0
    this.#out1 = x1
  }
}

/**
 * A stream from a seed; every stream of a run descends from one.
 * @throws InputError when the seed is no whole number: rounded, it would be the stream of another.
 */
export function createRng(seed: number): Rng {
  if (!Number.isSafeInteger(seed))
    throw new InputError(`createRng: expected a whole number as seed, got ${show(seed)}`)
  return new Rng(seed | 0, Math.floor(seed / 2 ** 32) | 0)
}

/** FNV-1a over UTF-16 units, in two lanes: names only need to differ, not to resist anybody. */
function hashName(name: string): [number, number] {
  let low = 0x811c9dc5
  let high = 0x01000193
  for (let n = 0; n < name.length; n++) {
    low = Math.imul(low ^ name.charCodeAt(n), 0x01000193)
    high = Math.imul(high ^ name.charCodeAt(n), 0x85ebca6b)
  }
  return [low, high]
}
