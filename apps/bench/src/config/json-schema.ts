import { z } from 'zod'
import { layerSchema, type Definitions } from './schema.ts'

/** JSON Schema (draft 2020-12) of a configuration file, for editors: `# yaml-language-server: $schema=...`. */
export function configJsonSchema(definitions: Definitions): Record<string, unknown> {
  const schema = z.toJSONSchema(layerSchema(definitions), { io: 'input', unrepresentable: 'any' })
  return { title: 'recdistill bench configuration', ...schema }
}
