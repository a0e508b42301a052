import { asMethod, type AnyMethod } from '@recdistill/plugin'
import { readdirSync } from 'node:fs'

const folder = new URL('../', import.meta.url)
/** `.ts` from a checkout, `.js` once built. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))

/** Names of the methods in the catalogue: the files beside `index`. Adding a file adds a method. */
export function methodNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(extension) && !/\.(test|bench|d)\.ts$|^index\./.test(file))
    .map((file) => file.slice(0, -extension.length))
    .sort()
}

/** Every method of the catalogue, by name. */
export function loadMethods(): Promise<readonly AnyMethod[]> {
  return Promise.all(methodNames().map(loadFromCatalogue))
}

/** @param name One of `methodNames()`. */
export async function loadFromCatalogue(name: string): Promise<AnyMethod> {
  const { href } = new URL(`${name}${extension}`, folder)
  const file: { readonly default?: unknown } = await import(/* @vite-ignore */ href)
  return asMethod(file.default, `methods/${name}`)
}
