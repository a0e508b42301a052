import { InputError, type EvalProtocol, type Split } from '@recdistill/core'
import { checkParams } from '@recdistill/plugin'
import type { Catalogue } from '../catalogue.ts'
import type { Config } from '../config/config.ts'

/** Everything about methods and protocol that depends on the data, before anything is written or trained. */
export async function checkFit(
  { methods }: Config,
  { catalogue, split, protocol }: { catalogue: Catalogue; split: Split; protocol: EvalProtocol },
): Promise<void> {
  const { numUsers, numItems, manifest } = split
  const refuse = (problem: string) => new InputError(`${manifest.dataset}: ${problem}`)
  for (const part of ['train', 'valid', 'test'] as const)
    if (split[part].items.length === 0)
      throw refuse(
        `the ${part} part of the split is empty; choose a split rule that gives it a share, or loosen the filters`,
      )
  const longest = Math.max(...protocol.ks)
  if (protocol.candidates.kind === 'catalogue' && longest > numItems)
    throw refuse(
      `protocol ${protocol.name} measures lists of ${longest} but the catalogue has ${numItems} items; take more data`,
    )
  if (protocol.coldItems === 'apart')
    for (const part of ['valid', 'test'] as const)
      if (!someWarm(split, part))
        throw refuse(
          `no item of the ${part} part was met in training, so protocol ${protocol.name} has nothing to measure; use a random split`,
        )
  for (const { reference, params } of methods)
    checkParams(await catalogue.method(reference), params, { numUsers, numItems })
}

function someWarm({ numItems, train, ...parts }: Split, part: 'valid' | 'test'): boolean {
  const warm = new Uint8Array(numItems)
  for (const item of train.items) warm[item] = 1
  return parts[part].items.some((item) => warm[item] === 1)
}
