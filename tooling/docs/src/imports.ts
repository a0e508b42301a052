import ts from 'typescript'
import { readText } from './workspace.ts'

/** Names of the packages that sources import, or look up to find a file in; Node's own modules left out. */
export function importsOf(files: readonly string[]): Set<string> {
  const names = files.flatMap((file) => {
    const text = readText(file)
    const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
    const looked = [...text.matchAll(/\b(?:resolve|require)\('([^'./][^']*)'\)/g)].map((match) => match[1])
    return [...imported, ...looked].filter((name) => !/^(\.|node:|$)/.test(name)).map(packageOf)
  })
  return new Set(names)
}

/** `@scope/name/sub` is of `@scope/name`, `name/sub` of `name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
