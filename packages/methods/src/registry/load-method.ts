import { asMethod, type AnyMethod } from '@recdistill/plugin'
import { importPlugin } from '@recdistill/plugin/load'
import { loadFromCatalogue, methodNames } from './catalogue.ts'

/**
 * A method by the name it has in the catalogue, the path of a file, or the name of an npm package.
 *
 * A path begins with `.`, `/` or `file:`, or ends in `.js`, `.mjs`, `.ts` or `.mts`. TypeScript needs a runtime that strips
 * types (Node 22.18 and later). A package is looked for in the `node_modules` folders from `from` upwards.
 *
 * @param from The folder that relative paths and packages are seen from.
 * @throws InputError when there is no such method, when its file fails, or when what it exports is no method.
 */
export async function loadMethod(
  nameOrPath: string,
  { from = process.cwd() }: { from?: string } = {},
): Promise<AnyMethod> {
  const names = methodNames()
  if (names.includes(nameOrPath)) return loadFromCatalogue(nameOrPath)
  return asMethod(await importPlugin(nameOrPath, { kind: 'method', names, from }), nameOrPath)
}
