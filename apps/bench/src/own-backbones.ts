import { backbones, loadBackbone } from '@recdistill/backbones'
import { asBackbone, type BackboneDefinition } from '@recdistill/plugin'
import { importPlugin } from '@recdistill/plugin/load'
import { expectFreeName } from './expect-free-name.ts'

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

/** @param reserved Names that mean something else to a run. */
export function createBackbones(reserved: ReadonlySet<string>): Backbones {
  const opened = new Map<string, BackboneDefinition>()
  const all = () => [...new Set([...backbones, ...opened.values()])]
  const named = (backbones: readonly BackboneDefinition[], name: string) =>
    backbones.find((backbone) => backbone.name === name)
  return {
    all,
    isBuiltIn: (definition) => backbones.includes(definition),
    find: (reference) => opened.get(reference) ?? named(all(), reference) ?? loadBackbone(reference),
    async open(reference) {
      const found = named(backbones, reference) ?? opened.get(reference)
      if (found) return found
      const names = backbones.map(({ name }) => name)
      const plugin = await importPlugin(reference, { kind: 'backbone', names, from: process.cwd() })
      const definition = asBackbone(plugin, reference)
      const others = all().filter((other) => other !== definition) // one file may have two references
      const taken = others.map(({ name }) => name)
      expectFreeName(definition.name, { kind: 'backbone', reference, taken, reserved })
      opened.set(reference, definition)
      return definition
    },
  }
}
