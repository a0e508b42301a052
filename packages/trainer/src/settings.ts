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
    epochs,
    patience,
    validateEvery,
    seed,
    followTest: followTest ?? false,
  }
}

/** As JSON gives it back, so that a saved value compares equal to the one it was made from. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
