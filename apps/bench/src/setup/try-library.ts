import { fileURLToPath } from 'node:url'
import { InputError } from '@recdistill/core'
import { runTool, tellingLine, type Env } from './run-tool.ts'

export interface Trial {
  readonly version: string
  readonly gpu: boolean
}

/** Loaded in a process of its own: a library that cannot start may end the process. Adds on the device. */
const script = `
const binding = require(process.argv[1])
const one = binding.createTensor([2], binding.TF_FLOAT, Float32Array.of(1, 40))
const [sum] = binding.executeOp('AddV2', [{ name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }], [one, one], 1)
const [two, eighty] = binding.tensorDataSync(sum.id)
if (two !== 2 || eighty !== 80) throw new Error('1 + 1 gave ' + two)
process.stdout.write(JSON.stringify({ version: binding.TF_Version, gpu: binding.isUsingGpuDevice() }))
`

/** Starts a library and computes with it. @throws InputError when it cannot. */
export async function tryLibrary(binding: string, env: Env): Promise<Trial> {
  const result = await runTool([process.execPath, '-e', script, binding], {
    env: { ...env, TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true', NODE_OPTIONS: '' },
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  if (result.code === 0) return JSON.parse(result.stdout) as Trial
  throw new InputError(
    `setup tensorflow: the library does not start: ${tellingLine(result)}; it may be for another processor or a newer system (glibc)`,
  )
}
