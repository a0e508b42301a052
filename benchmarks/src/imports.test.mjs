import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = readdirSync(root, { recursive: true }).filter(
  (file) => file.endsWith('.mjs') && !file.includes('node_modules'),
)

// The scripts run for minutes and need data, so nothing else would notice that one of them cannot start.
test('every name that a benchmark imports is there', async () => {
  const missing = []
  for (const file of files) {
    const path = join(root, file)
    for (const [, names, from] of readFileSync(path, 'utf8').matchAll(
      /^import \{([^}]+)\} from '([^']+)'/gm,
    )) {
      const module = await import(from.startsWith('.') ? pathToFileURL(join(dirname(path), from)).href : from)
      for (const name of names.split(',').map((part) => part.trim().split(' as ')[0]))
        if (name !== '' && !(name in module)) missing.push(`${file}: ${name} of ${from}`)
    }
  }
  assert.ok(files.length > 20)
  assert.deepEqual(missing, [])
})
