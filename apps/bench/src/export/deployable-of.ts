import { InputError, unionRows, type Csr, type Part, type Split } from '@recdistill/core'
import type { Deployable, Form, ModelFacts, VectorForm } from '@recdistill/export'
import { tensor, type Tensor } from '@recdistill/formats'
import type { Backbone, Model } from '@recdistill/plugin'

/** A model in the form that is deployed. `seen`: the parts whose items are not recommended. */
export function deployableOf(
  form: Form,
  { split, seen, facts }: { split: Split; seen: readonly Part[]; facts: ModelFacts },
): Deployable {
  const { users, items } = split.ids ?? { users: places(split.numUsers), items: places(split.numItems) }
  return {
    users,
    items,
    seen: seen.map((part) => split[part]).reduce<Csr>(unionRows, nothing(split.numUsers)),
    form,
    facts,
  }
}

/** The form in which a model of this backbone is deployed; where that is no vectors, it ranks by the model. */
export function formOf(model: Backbone, backbone: string): Form {
  if (model.dim === 0) return { kind: 'parameters', backbone, tensors: parametersOf(model), ranker: model }
  const form = vectorsOf(model)
  if (form) return form
  throw new InputError(
    `"${backbone}" scores otherwise than by the product of its vectors, so what was exported would rank otherwise`,
  )
}

/** The two tables whose products are a model's scores, biases as columns; null where there are none. */
export function vectorsOf(model: Model): VectorForm | null {
  if (model.dim === 0) return null
  const rowsOf = model.scoringRowsOf ?? model.rowsOf
  const users = rowsOf('users', range(model.numUsers)).slice()
  const items = rowsOf('items', range(model.numItems)).slice()
  const form: VectorForm = { kind: 'vectors', dim: users.length / model.numUsers, users, items }
  return scoresAlike(model, form) ? form : null
}

/** Whether products of rows are the model's scores, tried on pairs all over both tables. */
function scoresAlike(model: Model, { dim, users, items }: VectorForm): boolean {
  const tried = 256
  const some = (count: number, step: number) =>
    Uint32Array.from({ length: tried }, (_, n) => (n * step) % count)
  const u = some(model.numUsers, 7919)
  const i = some(model.numItems, 104_729)
  const scores = model.scoresOf(u, i, 1)
  return scores.every((score, n) => {
    let sum = 0
    let size = 0
    for (let d = 0; d < dim; d++) {
      const product = users[u[n] * dim + d] * items[i[n] * dim + d]
      sum += product
      size += Math.abs(product)
    }
    return Math.abs(score - sum) <= 1e-5 * size + 1e-12
  })
}

/** Parameters with their shapes where these can be told: a row for each user or item, or as wide as the layer's bias. */
function parametersOf(model: Backbone): Record<string, Tensor> {
  const { parameters } = model.state()
  const shape = (name: string, { length }: Float32Array): number[] => {
    const bias = parameters[`${name} bias`] as Float32Array | undefined
    if (bias && bias.length > 1 && length % bias.length === 0) return [length / bias.length, bias.length]
    const rows = /users$/.test(name) ? model.numUsers : /items$/.test(name) ? model.numItems : 0
    return rows > 0 && length % rows === 0 && length > rows ? [rows, length / rows] : [length]
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, tensor(values.slice(), shape(name, values))]),
  )
}

function range(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, n) => n)
}

/** Data without ids of its own is called by its places. */
function places(count: number): string[] {
  return Array.from({ length: count }, (_, n) => String(n))
}

function nothing(users: number): Csr {
  return { offsets: new Uint32Array(users + 1), items: new Uint32Array(0) }
}
