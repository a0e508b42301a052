import { createEngine } from '@recdistill/engine'
import { describeBackbone } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll } from 'vitest'
import cdae from './cdae.ts'
import hstu from './hstu.ts'
import { backbones } from './index.ts'
import mf from './mf.ts'
import neumf from './neumf.ts'
import sasrec from './sasrec.ts'

beforeAll(() => prepareTensors())

/** What the references of these divide their own objective by. */
const means = [
  {
    reason: 'its own objective is a mean over positions',
    tests: ['the own objective sums over its rows'],
  },
]
const readers = ['hstu', 'sasrec']

/** Every backbone in the registry, on the plain kernels and on the fast ones, and what differs by a parameter. */
const engines = { plain: createEngine({ simd: 'none' }), fast: createEngine({ threads: 2 }) }
for (const engine of Object.values(engines).map((one) => () => one)) {
  for (const definition of backbones)
    describeBackbone(definition, { engine, skip: readers.includes(definition.name) ? means : [] })
  describeBackbone(mf, { engine, params: { biases: true } })
  describeBackbone(cdae, { engine, params: { activation: 'relu', dropout: 0.2 } })
  describeBackbone(neumf, { engine, params: { layers: 3 } })
}

const plain = { engine: () => engines.plain }
// dropout may leave so little of four numbers that the norm behind it is not smooth
describeBackbone(hstu, {
  ...plain,
  params: {
    dropout: 0,
    inputDropout: 0,
    dv: 5,
    reduction: 'sum',
    length: 4,
    reserved: 0,
    blocks: 2,
    temperature: 1,
    drawn: 6,
    relativeBias: true,
  },
})
describeBackbone(sasrec, {
  ...plain,
  params: { reduction: 'sum', length: 3, blocks: 1, heads: 2, loss: 'softmax', drawn: 6, dropout: 0 },
})
for (const termDropout of ['batch', 'list']) {
  describeBackbone(hstu, { ...plain, params: { termDropout }, skip: means })
  describeBackbone(sasrec, { ...plain, params: { termDropout }, skip: means })
  describeBackbone(cdae, { ...plain, params: { termDropout } })
}
