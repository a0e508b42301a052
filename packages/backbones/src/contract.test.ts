import { createEngine } from '@recdistill/engine'
import { describeBackbone } from '@recdistill/plugin/contract'
import { prepareTensors } from '@recdistill/tensor'
import { beforeAll } from 'vitest'
import { backbones } from './index.ts'

beforeAll(() => prepareTensors())

/** Every backbone in the registry, on the plain kernels and on the fast ones; `mf` also with its biases. */
const engines = { plain: createEngine({ simd: 'none' }), fast: createEngine({ threads: 2 }) }
for (const definition of backbones)
  for (const engine of Object.values(engines)) {
    describeBackbone(definition, { engine: () => engine })
    if (definition.name === 'mf')
      describeBackbone(definition, { engine: () => engine, params: { biases: true }, dot: false })
  }
