import { InputError } from '@recdistill/core'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'

/**
 * The configuration without methods that need more than a fixed teacher and a new student, where nobody named the methods.
 * @throws InputError for one that was named, or where none is left.
 */
export function teachable(config: Config, catalogue: Catalogue): Config {
  const cannot = (name: string) => {
    const definition = catalogue.methods.find((method) => method.name === name)
    return definition?.teacherLoss !== undefined || definition?.startsFrom === 'scratch'
  }
  const methods = config.methods.filter(({ name }) => !(config.unnamedMethods && cannot(name)))
  const bad = methods.find(({ name }) => cannot(name))
  if (bad)
    throw new InputError(
      `--methods: ${bad.name} trains the teacher too, or starts from a student trained before; compress needs one teacher and new students, so take others, such as rrd or rce-kd`,
    )
  if (methods.length === 0)
    throw new InputError('--methods: compress needs a method that teaches, such as rrd or rce-kd')
  return { ...config, methods }
}
