import { createHash } from 'node:crypto'
import type { Model } from '@recdistill/plugin'
import type { Settings } from './progress.ts'
import type { BackboneChoice, TrainOptions } from './options.ts'

/** The part of the options that decides the outcome, as plain data: equal settings give equal bytes. */
export function settingsOf(options: TrainOptions): Settings {
  const { split, protocol, backbone, optimizer, method, epochs, patience, validateEvery, seed, followTest } =
    options
  const learning = method?.learningTeacher
  return {
    split: split.manifest.hash,
    protocol: plain(protocol),
    backbone: settingsOfBackbone(backbone),
    optimizer: plain(optimizer),
    method: method && { name: method.definition.name, params: plain(method.params), lambda: method.lambda },
    teacher: method && fingerprint(method.teacher),
    ...(learning && {
      teacherBackbone: settingsOfBackbone(learning.backbone),
      teacherOptimizer: { lr: learning.lr, weightDecay: learning.weightDecay },
    }),
    ...(method?.trajectories && { trajectories: method.trajectories.map((each) => each.map(fingerprint)) }),
    start: options.start ? hashOf(Object.values(options.start)) : null,
    snapshotEvery: options.snapshotEvery ?? null,
    epochs,
    patience,
    validateEvery,
    seed,
    followTest: followTest ?? false,
  }
}

/** What a file says of the backbone that it holds. */
export function settingsOfBackbone({ definition, dim, params }: BackboneChoice) {
  return { name: definition.name, dim, params: plain(params) }
}

function hashOf(arrays: readonly Float32Array[]): string {
  const hash = createHash('sha256')
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  return hash.digest('hex').slice(0, 16)
}

/** Tells one teacher from another by a sample of its vectors, or scores where it has none; another training of it moves them all. */
function fingerprint(model: Model): string {
  if (model.dim === 0) {
    const users = Uint32Array.from({ length: Math.min(64, model.numUsers) }, (_, n) => n)
    const items = Uint32Array.from({ length: users.length * 16 }, (_, n) => (n * 7919) % model.numItems)
    return hashOf([model.scoresOf(users, items, 16)])
  }
  const sample = (of: 'users' | 'items', rows: number) => {
    const size = Math.min(64, rows)
    return model.rowsOf(
      of,
      Uint32Array.from({ length: size }, (_, n) => Math.floor((n * rows) / size)),
    )
  }
  return hashOf([sample('users', model.numUsers), sample('items', model.numItems)])
}

/** As JSON gives it back, so that a saved value compares equal to the one it was made from. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
