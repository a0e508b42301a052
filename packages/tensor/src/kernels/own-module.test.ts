import { expect, test } from 'vitest'
import { compileKernels } from '../../scripts/build-kernels.mjs'
import { relaxedModule, simdModule } from './modules.ts'

test('the modules in the sources are those the assembly compiles to', async () => {
  expect(await compileKernels({ relaxed: false })).toBe(simdModule)
  expect(await compileKernels({ relaxed: true })).toBe(relaxedModule)
})
