import { createEngine } from '@recdistill/engine'
import { describeBackbone } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll } from 'vitest'
import cdae from './cdae.ts'
import { backbones } from './index.ts'
import mf from './mf.ts'
import neumf from './neumf.ts'

beforeAll(() => prepareTensors())

/** Every backbone in the registry, on the plain kernels and on the fast ones, and what differs by a parameter. */
const engines = { plain: createEngine({ simd: 'none' }), fast: createEngine({ threads: 2 }) }
for (const engine of Object.values(engines).map((one) => () => one)) {
  for (const definition of backbones) describeBackbone(definition, { engine })
  describeBackbone(mf, { engine, params: { biases: true }, dot: false })
  describeBackbone(cdae, { engine, params: { activation: 'relu', dropout: 0.2 } })
  describeBackbone(neumf, { engine, params: { layers: 3 } })
}
