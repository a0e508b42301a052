import { homedir } from 'node:os'
import { join } from 'node:path'

export type Env = Readonly<Record<string, string | undefined>>

/** Which library: `gpu` was built for CUDA and runs on the processor too where there is no GPU. */
export type Flavour = 'cpu' | 'gpu'

/** Where `recdistill setup tensorflow` puts libraries: RECDISTILL_HOME, else the user's cache folder. */
export function tensorflowHome(env: Env): string {
  const home = env.RECDISTILL_HOME || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'recdistill')
  return join(home, 'tensorflow')
}

/** The folder of one provisioned library. */
export function provisionFolder(flavour: Flavour, env: Env): string {
  return join(tensorflowHome(env), flavour)
}
