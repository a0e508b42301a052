import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { packagesIn, readText } from './workspace.ts'

const sources = packagesIn('packages')
  .filter(({ manifest }) => manifest.private !== true)
  .flatMap(({ folder, manifest }) =>
    Object.values(manifest.exports ?? {}).flatMap((entry) => {
      const source = (entry as { source?: string }).source
      return source === undefined || source.includes('*')
        ? []
        : [[posix.join(folder, source), folder] as const]
    }),
  )

/** Names of values, not of types, that a module exports: its own, and those it passes on. */
function valuesOf(file: string): string[] {
  const text = readText(file)
  const declared = [...text.matchAll(/^export (?:async )?(?:const|let|function\*?|class) (\w+)/gm)].map(
    ([, name]) => name,
  )
  const listed = [...text.matchAll(/^export \{([^}]*)\}/gm)]
    .flatMap(([, names]) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.split(' as ').at(-1) as string)
  const passed = [...text.matchAll(/^export \* from '(\.[^']+)'/gm)].flatMap(([, path]) =>
    valuesOf(posix.join(posix.dirname(file), path)),
  )
  return [...declared, ...listed, ...passed]
}

test('the sources of packages are looked at', () => {
  expect(sources.length).toBeGreaterThan(20)
  expect(valuesOf('packages/methods/src/index.ts')).toEqual(expect.arrayContaining(['rceKd', 'methods']))
})

test.each(sources)('every value that %s exports stands in the README of its package', (file, folder) => {
  const readme = readText(`${folder}/README.md`)
  expect(valuesOf(file).filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([])
})
