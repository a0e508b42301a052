import { createRng, groupByUser, trainingSplit, type Rng, type Split } from '@recdistill/core'
import type { z } from 'zod'
import type { Backbone, BackboneDefinition, OptimizerOptions } from '../backbone.ts'
import { parseParams } from '../parse-params.ts'

export interface BackboneContract {
  /** What `create` is given as its engine; called once a check. */
  readonly engine: () => unknown
  /** Gives the engine back after a check. */
  readonly release?: (engine: unknown) => void
  readonly params?: Readonly<Record<string, unknown>>
  readonly dim?: number
  /** Standard deviation of the parameters that gradients are checked at. */
  readonly spread?: number
  /** Whether a score is the dot product of rows: those of `scoringRowsOf`, or of `rowsOf` where there are no others. */
  readonly dot?: boolean
}

/** A backbone in a tiny world, with what checks need to do to it. */
export interface BackboneScene {
  readonly split: Split
  readonly dim: number
  readonly spread: number
  /** A new model on the same engine; all are disposed after the check. */
  make(options?: { seed?: number; optimizer?: OptimizerOptions; trainable?: boolean }): Backbone
  /** Disposes one before the check is over. */
  end(backbone: Backbone): void
}

const rows = [[0, 4, 5], [1, 2], [0, 1, 2, 3, 4, 6, 7, 8, 9], [8], [3, 5, 10], [2, 6, 9, 10], []] // item 11 is cold

function makeSplit(): Split {
  const users = Uint32Array.from(rows.flatMap((row, user) => row.map(() => user)))
  const sequence = groupByUser(rows.length, users, Uint32Array.from(rows.flat()))
  return trainingSplit('contract', sequence, 12)
}

/** Runs `use` in a new world and cleans up after it. */
export function inScene<P extends z.ZodObject>(
  definition: BackboneDefinition<P>,
  { engine: makeEngine, release, params, dim = 4, spread = 0.5 }: BackboneContract,
  use: (scene: BackboneScene) => void,
): void {
  const split = makeSplit()
  const engine = makeEngine()
  const made = new Set<Backbone>()
  const parsed = parseParams(definition, params)
  try {
    use({
      split,
      dim,
      spread,
      make({ seed = 1, optimizer = { lr: 1e-3, weightDecay: 0 }, trainable = true } = {}) {
        const context = { split, dim, optimizer, rng: createRng(seed), trainable, engine }
        const backbone = definition.create(context, parsed)
        made.add(backbone)
        return backbone
      },
      end(backbone) {
        made.delete(backbone)
        backbone.dispose()
      },
    })
  } finally {
    for (const backbone of made) backbone.dispose()
    release?.(engine)
  }
}

export type Parameters = Record<string, Float32Array>

/** Copies: views into live memory change under a check. */
export function parametersOf(backbone: Backbone): Parameters {
  return copyOf(backbone.state().parameters)
}

export function copyOf(tensors: Readonly<Record<string, Float32Array>>): Parameters {
  return Object.fromEntries(Object.entries(tensors).map(([name, values]) => [name, values.slice()]))
}

/** Puts normal numbers into every parameter, so that no gradient is small by accident. A model trained at once is fitted. */
export function scatter(backbone: Backbone, spread: number): Parameters {
  if (backbone.fit) {
    backbone.fit()
    return parametersOf(backbone)
  }
  const rng = createRng(5)
  const parameters = parametersOf(backbone)
  for (const values of Object.values(parameters))
    for (let n = 0; n < values.length; n++) values[n] = spread * rng.normal()
  backbone.restore({ parameters })
  return parameters
}

/**
 * The gradient that `contribute` adds, read off the first moments of Adam: after one step from zero they are (1 - beta1) g.
 * `state().optimizer` must hold them as `<parameter>.m`.
 */
export function gradientOf(
  backbone: Backbone,
  parameters: Parameters,
  contribute: () => void,
  training?: Rng,
): Parameters {
  backbone.restore({ parameters })
  backbone.begin(training)
  contribute()
  backbone.update()
  const { optimizer } = backbone.state()
  return Object.fromEntries(
    Object.keys(parameters).map((name) => {
      const moments = optimizer[`${name}.m`]
      if (moments === undefined)
        throw new Error(`state().optimizer has no "${name}.m"; it has ${Object.keys(optimizer).join(', ')}`)
      return [name, moments.map((m) => m / 0.1)]
    }),
  )
}

/** Puts parameters in place for reading views; the step clears gradients of whatever was asked before. */
export function at<T>(backbone: Backbone, parameters: Parameters, read: () => T, training?: Rng): T {
  backbone.restore({ parameters })
  backbone.begin(training)
  return read()
}
