import { InputError, unknownName } from '@recdistill/core'
import type { BackboneDefinition } from '@recdistill/plugin'
import cdae from './cdae.ts'
import ease from './ease.ts'
import hstu from './hstu.ts'
import ials from './ials.ts'
import itemKnn from './item-knn.ts'
import lightgcn from './lightgcn.ts'
import mf from './mf.ts'
import neumf from './neumf.ts'
import popularity from './popularity.ts'
import sasrec from './sasrec.ts'

/** Every built-in backbone. */
export const backbones: readonly BackboneDefinition[] = [
  mf,
  lightgcn,
  cdae,
  neumf,
  hstu,
  sasrec,
  ials,
  ease,
  itemKnn,
  popularity,
]

/** @throws InputError naming the nearest backbone. */
export function loadBackbone(name: string): BackboneDefinition {
  const found = backbones.find((backbone) => backbone.name === name)
  if (found) return found
  const names = backbones.map((backbone) => backbone.name)
  throw new InputError(unknownName('backbone', name, names, 'there are'))
}
