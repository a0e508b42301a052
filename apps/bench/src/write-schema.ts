import { mkdirSync, writeFileSync } from 'node:fs'
import { loadCatalogue } from './catalogue.ts'
import { configJsonSchema } from './config/json-schema.ts'

/** Part of the build: publishes the schema of the configuration beside the code. */
const folder = new URL('../schema/', import.meta.url)
mkdirSync(folder, { recursive: true })
const { methods, backbones } = await loadCatalogue()
const schema = configJsonSchema({ methods, backbones: backbones.all() })
writeFileSync(new URL('config.schema.json', folder), JSON.stringify(schema, null, 2) + '\n')
