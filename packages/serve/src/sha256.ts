/**
 * SHA-256 (FIPS 180-4) of `bytes`, in place. Written out because the Web's own is asynchronous, copies what it is given and is
 * missing on pages without https.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  const state = Int32Array.from(INITIAL)
  const whole = bytes.length - (bytes.length % 64)
  compress(state, bytes, whole)
  const rest = bytes.length - whole
  const tail = new Uint8Array(rest < 56 ? 64 : 128)
  tail.set(bytes.subarray(whole))
  tail[rest] = 0x80
  const end = new DataView(tail.buffer)
  end.setUint32(tail.length - 8, Math.floor(bytes.length / 2 ** 29))
  end.setUint32(tail.length - 4, (bytes.length << 3) >>> 0)
  compress(state, tail, tail.length)
  const out = new DataView(new ArrayBuffer(32))
  state.forEach((word, n) => out.setInt32(4 * n, word))
  return new Uint8Array(out.buffer)
}

function compress(state: Int32Array, bytes: Uint8Array, end: number): void {
  const w = new Int32Array(64)
  let h0 = state[0]
  let h1 = state[1]
  let h2 = state[2]
  let h3 = state[3]
  let h4 = state[4]
  let h5 = state[5]
  let h6 = state[6]
  let h7 = state[7]
  for (let at = 0; at < end;) {
    for (let t = 0; t < 16; t++, at += 4)
      w[t] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
    for (let t = 16; t < 64; t++) {
      const x = w[t - 15]
      const y = w[t - 2]
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
      w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0
    }
    let a = h0
    let b = h1
    let c = h2
    let d = h3
    let e = h4
    let f = h5
    let g = h6
    let h = h7
    for (let t = 0; t < 64; t++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + (g ^ (e & (f ^ g))) + K[t] + w[t]) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    h0 = (h0 + a) | 0
    h1 = (h1 + b) | 0
    h2 = (h2 + c) | 0
    h3 = (h3 + d) | 0
    h4 = (h4 + e) | 0
    h5 = (h5 + f) | 0
    h6 = (h6 + g) | 0
    h7 = (h7 + h) | 0
  }
  state.set([h0, h1, h2, h3, h4, h5, h6, h7])
}

/** The first 64 primes: their roots are where the constants come from. */
const primes = Array.from({ length: 310 }, (_, n) => n + 2).filter((n) => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return true
})

/** First 32 bits of the fraction of the n-th root of a prime, exact: the largest r with r^n <= prime 2^(32 n). */
function fraction(prime: number, n: bigint): number {
  const target = BigInt(prime) << (32n * n)
  let root = BigInt(Math.floor(prime ** (1 / Number(n)) * 2 ** 32))
  while (root ** n > target) root--
  while ((root + 1n) ** n <= target) root++
  return Number(BigInt.asIntN(32, root))
}

const K = Int32Array.from(primes.slice(0, 64), (prime) => fraction(prime, 3n))
const INITIAL = Int32Array.from(primes.slice(0, 8), (prime) => fraction(prime, 2n))
