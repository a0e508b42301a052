import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { directions } from '@recdistill/lint/directions'
import { describe, expect, test } from 'vitest'
import { circleIn, importsOf } from './imports.ts'
import { filesEndingIn, packagesIn, readText, root, type Package } from './workspace.ts'

const packages = packagesIn('packages')
const apps = packagesIn('apps')
const everything = [...packages, ...apps, ...packagesIn('tooling')]
const published = [...packages, ...apps].filter(({ manifest }) => manifest.private !== true)

test('the table of directions names exactly the packages there are', () => {
  expect(Object.keys(directions).sort()).toEqual(packages.map(({ short }) => short))
})

test('the table of directions has no cycle', () => {
  const below = (name: string, path: readonly string[]): void => {
    expect(path, `${[...path, name].join(' -> ')}`).not.toContain(name)
    for (const next of directions[name]) below(next, [...path, name])
  }
  for (const name of Object.keys(directions)) below(name, [])
})

describe.each(everything.map((one) => [one.folder, one] as const))('%s', (folder, { short, manifest }) => {
  test('is named after its folder, licensed, and a module', () => {
    expect(manifest.name).toBe(`@recdistill/${short}`)
    expect(manifest.license).toBe('Apache-2.0')
    if (short !== 'tsconfig') expect(manifest.type).toBe('module')
  })

  test('takes its versions from the workspace', () => {
    const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    const own = ranges.filter(([name, range]) =>
      name.startsWith('@recdistill/') ? range !== 'workspace:*' : range !== 'catalog:',
    )
    expect(own).toEqual([])
  })

  test('has a README that starts with its name', () => {
    if (folder.startsWith('tooling/')) return
    expect(readText(`${folder}/README.md`).split('\n')[0]).toMatch(new RegExp(`^# .*${short}`))
  })
})

describe.each(packages.map((one) => [one.folder, one] as const))('%s', (_, one) => {
  test('depends on nothing of ours that the table of directions does not name', () => {
    expect(ownDependencies(one).filter((name) => !directions[one.short].includes(name))).toEqual([])
  })
})

describe.each([...packages, ...apps].map((one) => [one.folder, one] as const))(
  '%s',
  (folder, { manifest }) => {
    test('has files that import one another in one direction', () => {
      const sources = filesEndingIn('.ts').filter((file) => file.startsWith(`${folder}/src/`))
      expect(circleIn(sources)).toEqual([])
    })

    test('uses every dependency it declares and declares every one it uses', () => {
      const sources = filesEndingIn('.ts').filter((file) => file.startsWith(`${folder}/`))
      const isTest = (file: string) =>
        /\.(test|bench|test-d)\.ts$/.test(file) || file.startsWith(`${folder}/test/`)
      const used = importsOf(sources.filter((file) => !isTest(file)))
      const usedByTests = importsOf(sources.filter(isTest))

      const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
      const declaredForTests = new Set([
        ...declared,
        ...Object.keys(manifest.devDependencies ?? {}),
        'vitest',
      ])
      expect([...used].filter((name) => !declared.has(name) && name !== manifest.name)).toEqual([])
      expect(
        [...usedByTests].filter((name) => !declaredForTests.has(name) && name !== manifest.name),
      ).toEqual([])
      expect(Object.keys(manifest.dependencies ?? {}).filter((name) => !used.has(name))).toEqual([])
    })
  },
)

describe.each(published.map((one) => [one.folder, one] as const))(
  '%s, as published,',
  (folder, { manifest }) => {
    test('runs on Node 20.19, says what it is, and carries the version of all the others', () => {
      expect(manifest.engines?.node).toBe('>=20.19')
      expect(manifest.description).toMatch(/^[A-Z`].*\.$/)
      expect(manifest.version).toBe(published[0].manifest.version)
      if (folder.startsWith('packages/')) expect(manifest.sideEffects).toBe(false)
    })

    test('exports sources for the workspace and builds for everyone', () => {
      const entries = Object.entries(manifest.exports ?? {})
      expect(entries.length).toBeGreaterThan(0)
      for (const [name, entry] of entries) {
        if (typeof entry === 'string') {
          expect(entry, `${name} is a data file`).toMatch(/\.(json|wasm)$/)
          continue
        }
        const { source } = entry as Record<string, string>
        expect(source).toMatch(/^\.\/src\/.*\.ts$/)
        const built = source.replace('./src/', './dist/').replace(/\.ts$/, '')
        const expected = { source, types: `${built}.d.ts`, default: `${built}.js` }
        expect(JSON.stringify(entry)).toBe(JSON.stringify(expected))
        const file = join(root, folder, source)
        expect(existsSync(source.includes('*') ? dirname(file) : file), source).toBe(true)
      }
    })

    test('is built, checked for types and checked as a package by scripts of its own', () => {
      expect(Object.keys(manifest.scripts ?? {})).toEqual(
        expect.arrayContaining(['build', 'typecheck', 'test', 'check:package']),
      )
    })
  },
)

function ownDependencies({ manifest }: Package): string[] {
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => name.startsWith('@recdistill/'))
    .map((name) => name.slice('@recdistill/'.length))
}
