import { posix } from 'node:path'
import ts from 'typescript'
import { readText } from './workspace.ts'

/** Names of the packages that sources import, or look up to find a file in; Node's own modules left out. */
export function importsOf(files: readonly string[]): Set<string> {
  const names = files.flatMap((file) => {
    const text = readText(file)
    const imported = specifiersIn(text)
    const looked = [...text.matchAll(/\b(?:resolve|require)\('([^'./][^']*)'\)/g)].map((match) => match[1])
    return [...imported, ...looked].filter((name) => !/^(\.|node:|$)/.test(name)).map(packageOf)
  })
  return new Set(names)
}

/** Files that import one another, or types of one another, in a circle: the first such found, its beginning once more at its end. */
export function circleIn(files: readonly string[]): readonly string[] {
  const known = new Set(files)
  const done = new Set<string>()
  const from = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file) || !known.has(file)) return []
    for (const name of specifiersIn(readText(file)))
      if (name.startsWith('.')) {
        const circle = from(posix.join(posix.dirname(file), name), [...path, file])
        if (circle.length > 0) return circle
      }
    done.add(file)
    return []
  }
  return files.map((file) => from(file, [])).find((circle) => circle.length > 0) ?? []
}

function specifiersIn(source: string): string[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** `@scope/name/sub` is of `@scope/name`, `name/sub` of `name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
