import { createHash } from 'node:crypto'
import type { Model } from '@recdistill/plugin'
import type { Settings } from './checkpoint.ts'
import type { TrainOptions } from './options.ts'

/** The part of the options that decides the outcome, as plain data: equal settings give equal bytes. */
export function settingsOf(options: TrainOptions): Settings {
  const { split, protocol, backbone, optimizer, method, epochs, patience, validateEvery, seed, followTest } =
    options
  return {
    split: split.manifest.hash,
    protocol: plain(protocol),
    backbone: { name: backbone.definition.name, dim: backbone.dim, params: plain(backbone.params) },
    optimizer: plain(optimizer),
    method: method && { name: method.definition.name, params: plain(method.params), lambda: method.lambda },
    teacher: method && fingerprint(method.teacher),
    epochs,
    patience,
    validateEvery,
    seed,
    followTest: followTest ?? false,
  }
}

/** Tells one teacher from another by a sample of its vectors; another training of it moves them all. */
function fingerprint(model: Model): string {
  const hash = createHash('sha256')
  for (const [of, rows] of [
    ['users', model.numUsers],
    ['items', model.numItems],
  ] as const) {
    const size = Math.min(64, rows)
    const ids = Uint32Array.from({ length: size }, (_, n) => Math.floor((n * rows) / size))
    const values = model.rowsOf(of, ids)
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }
  return hash.digest('hex').slice(0, 16)
}

/** As JSON gives it back, so that a saved value compares equal to the one it was made from. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
