import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where downloads, prepared splits and teachers are kept: what was said, else the user's cache folder. */
export function cacheFolder(said: string | null, env: Readonly<Record<string, string | undefined>>): string {
  if (said !== null) return said
  if (env.RECDISTILL_CACHE) return env.RECDISTILL_CACHE
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'recdistill')
}
