import type { Rng } from '@recdistill/core'

/**
 * Numbers are left out by chance, each with probability `share`: 1 / (1 - share) where one stays, 0 where it is left out, in
 * `out` from place `from` to, not including, `to`. A draw takes 8 bits, and 32 more where those cannot decide, so the
 * probability is `share` to 40 bits.
 */
export function drawKept(stream: Rng, share: number, out: Float32Array, from: number, to: number): void {
  const kept = 1 / (1 - share)
  const whole = Math.floor(256 * share)
  const rest = 256 * share - whole
  for (let at = from; at < to; at += 4) {
    let bits = stream.uint32()
    const end = Math.min(at + 4, to)
    for (let n = at; n < end; n++) {
      const draw = bits & 255
      bits >>>= 8
      const left = draw < whole || (draw === whole && rest > 0 && stream.float() < rest)
      out[n] = left ? 0 : kept
    }
  }
}
