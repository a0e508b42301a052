import { createEngine, type Engine } from '@recdistill/engine'
import { prepareTensors } from '@recdistill/tensor'
import type { Config } from '../config/config.ts'

/** The engine a run asks for; the tape of methods runs where the engine does. */
export async function startEngine(
  { device, threads }: Pick<Config, 'device' | 'threads'>,
  warn: (text: string) => void,
): Promise<Engine> {
  const engine = createEngine({
    ...(device === null ? {} : { device }),
    ...(threads === null ? {} : { threads }),
    warn,
  })
  try {
    await prepareTensors({
      backend: engine.driver === 'tensorflow' ? 'tensorflow' : 'wasm',
      ...(threads === null ? {} : { threads }),
      warn,
    })
  } catch (error) {
    engine.dispose()
    throw error
  }
  return engine
}
