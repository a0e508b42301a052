import { InputError } from '@recdistill/core'
import { findNodeBackends, type NodeBackend } from '@recdistill/tensor/node-backend'
import { runTool, type Env } from '../setup/run-tool.ts'
import { tryLibrary, type Trial } from '../setup/try-library.ts'
import type { Finding } from './finding.ts'
import { testEngine } from './test-engine.ts'

/** What the decision rests on. */
export interface Situation {
  /** What RECDISTILL_DEVICE says, or null. */
  readonly asked: string | null
  /** As nvidia-smi lists them. */
  readonly gpus: readonly string[]
  readonly backend: NodeBackend | null
  /** How the library started, or why it did not; null without one. */
  readonly trial: Trial | { readonly problem: string } | null
  readonly problems: readonly string[]
  /** A computed check of the tensorflow driver, where its library starts. */
  readonly test: { readonly problem: string | null; readonly usersPerSecond: number } | null
}

/** Looks, and starts what it finds in a process of its own first: a library for another processor ends its process. */
export async function lookForDevices(env: Env): Promise<Situation> {
  const { found, problems } = findNodeBackends(env)
  const backend = found[0] ?? null
  const trial = backend === null ? null : await tried(backend, env)
  return {
    asked: env.RECDISTILL_DEVICE || null,
    gpus: await nvidiaGpus(env),
    backend,
    trial,
    problems,
    test: trial !== null && 'version' in trial ? testEngine('tensorflow') : null,
  }
}

async function tried({ binding }: NodeBackend, env: Env): Promise<Trial | { problem: string }> {
  try {
    return await tryLibrary(binding, env)
  } catch (error) {
    if (error instanceof InputError) return { problem: error.message.replace(/^setup tensorflow: /, '') }
    throw error
  }
}

async function nvidiaGpus(env: Env): Promise<readonly string[]> {
  const query = ['nvidia-smi', '--query-gpu=name,driver_version', '--format=csv,noheader']
  const { code, stdout } = await runTool(query, { env })
  if (code !== 0) return []
  return stdout
    .split('\n')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => each.replace(/, *([^,]*)$/, ' (driver $1)'))
}

/** The library, and which device a run takes, why, and how to get the next better one. */
export function judgeDevices(situation: Situation): readonly Finding[] {
  return [library(situation), chosen(situation)]
}

function library({ backend, trial, problems, test }: Situation): Finding {
  const name = 'TensorFlow'
  if (backend === null || trial === null)
    return problems.length === 0
      ? { name, status: 'optional', value: 'no library; nothing needs one' }
      : { name, status: 'warning', value: 'no library that can be used', advice: problems.join('; ') }
  const again = `recdistill setup tensorflow${backend.flavour === 'gpu' ? ' --gpu' : ''} --force`
  if ('problem' in trial) return { name, status: 'failed', value: trial.problem, advice: again }
  const from = backend.provision ? backend.provision.from : `${backend.packageName} ${backend.packageVersion}`
  const value = `${trial.version} on ${trial.gpu ? 'a GPU' : 'the processor'}, ${backend.origin} from ${from}`
  if (test === null || test.problem !== null)
    return { name, status: 'failed', value: `${value}: ${test?.problem ?? 'not tested'}`, advice: again }
  return {
    name,
    status: 'ok',
    value: `${value}; self test passed, ranks ${Math.round(test.usersPerSecond)} users/s`,
    ...(problems.length === 0 ? {} : { advice: problems.join('; ') }),
  }
}

function chosen(situation: Situation): Finding {
  const { asked, trial } = situation
  const name = 'device'
  const hasLibrary = trial !== null && 'version' in trial
  const hasGpu = hasLibrary && trial.gpu
  const auto = hasGpu ? 'gpu' : 'cpu'
  const advice = nextBetter(situation)
  if (asked === null)
    return {
      name,
      status: 'ok',
      value: `cpu, since nothing else was asked for (--device, RECDISTILL_DEVICE); --device auto would take ${auto}`,
      advice,
    }
  const possible: Readonly<Record<string, boolean>> = {
    cpu: true,
    auto: true,
    tensorflow: hasLibrary,
    gpu: hasGpu,
  }
  if (possible[asked] === undefined)
    return {
      name,
      status: 'failed',
      value: `RECDISTILL_DEVICE is "${asked}"`,
      advice: 'expected cpu, tensorflow, gpu or auto',
    }
  if (!possible[asked])
    return {
      name,
      status: 'failed',
      value: `RECDISTILL_DEVICE is ${asked}, which is not to be had here`,
      advice,
    }
  return {
    name,
    status: 'ok',
    value: `${asked === 'auto' ? auto : asked}, since RECDISTILL_DEVICE is ${asked}`,
    advice,
  }
}

/** In order of what is missing. */
function nextBetter({ gpus, backend, trial }: Situation): string {
  if (trial !== null && 'version' in trial && trial.gpu) return 'there is nothing better: --device gpu'
  if (gpus.length === 0)
    return 'there is no NVIDIA GPU (nvidia-smi), and on a processor the cpu driver trains 2 to 10 times faster than TensorFlow; --device tensorflow is for comparing'
  if (backend?.flavour !== 'gpu')
    return `for ${gpus[0]}: recdistill setup tensorflow --gpu, then --device gpu`
  return `for ${gpus[0]}: TensorFlow does not see it; update the NVIDIA driver to one for CUDA 12, or let recdistill setup tensorflow --gpu --force fetch the CUDA libraries (without --no-cuda)`
}
