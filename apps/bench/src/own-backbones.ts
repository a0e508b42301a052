import { backbones, loadBackbone } from '@recdistill/backbones'
import { InputError, nearest } from '@recdistill/core'
import { asBackbone, type BackboneDefinition } from '@recdistill/plugin'
import { importPlugin, isPluginPackage } from '@recdistill/plugin/load'

/** The backbones that are built in, and those that were opened from files and packages. */
export interface Backbones {
  /** All that can be asked for by name. */
  readonly all: () => readonly BackboneDefinition[]
  isBuiltIn(definition: BackboneDefinition): boolean
  /** By a built-in name, a file (`./my-model.js`) or a package. @throws InputError naming the nearest. */
  open(reference: string): Promise<BackboneDefinition>
  /** One that is built in or was opened, by its name or its reference. @throws InputError naming the nearest. */
  find(reference: string): BackboneDefinition
}

/** @param isReserved Names that mean something else to a run. */
export function createBackbones(isReserved: (name: string) => boolean): Backbones {
  const opened = new Map<string, BackboneDefinition>()
  const known = (name: string) => backbones.find((backbone) => backbone.name === name)
  return {
    all: () => [...new Set([...backbones, ...opened.values()])],
    isBuiltIn: (definition) => backbones.includes(definition),
    find: (reference) =>
      opened.get(reference) ??
      [...opened.values()].find(({ name }) => name === reference) ??
      loadBackbone(reference),
    async open(reference) {
      const found = known(reference) ?? opened.get(reference)
      if (found) return found
      const plugin = await importPlugin(reference, { kind: 'backbone', from: process.cwd() })
      if (plugin === null) throw new InputError(unknownBackbone(reference))
      const definition = asBackbone(plugin.value, reference)
      const { name } = definition
      const isOther = (other: BackboneDefinition) => other.name === name && other !== definition
      if (known(name) || [...opened.values()].some(isOther))
        throw new InputError(
          `${reference}: there is a backbone "${name}" already; give this one another name, e.g. "my-${name}"`,
        )
      if (isReserved(name))
        throw new InputError(`${reference}: a backbone may not be called "${name}"; choose another name`)
      opened.set(reference, definition)
      return definition
    },
  }
}

function unknownBackbone(name: string): string {
  const names = backbones.map((backbone) => backbone.name)
  const created = `recdistill-backbone-${name}` // the name that `recdistill create backbone` gives a package
  const near = isPluginPackage(created, process.cwd()) ? created : nearest(name, names)
  return `unknown backbone "${name}";${near ? ` did you mean "${near}"?` : ''} there are ${names.join(', ')}, and no npm package of that name in node_modules; a file of yours is given as ./${name}.js`
}
