import { z } from 'zod'
import { layerSchema, type Catalogue } from './schema.ts'

/** JSON Schema (draft 2020-12) of a configuration file, for editors: `# yaml-language-server: $schema=...`. */
export function configJsonSchema(catalogue: Catalogue): Record<string, unknown> {
  const schema = z.toJSONSchema(layerSchema(catalogue), { io: 'input', unrepresentable: 'any' })
  return { title: 'recdistill bench configuration', ...schema }
}
