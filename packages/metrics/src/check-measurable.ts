import { InputError, type EvalProtocol, type Part } from '@recdistill/core'
import type { EvalSplit } from './eval-split.ts'
import { checkProtocol } from './protocols/check-protocol.ts'

/**
 * Whether a part of a split can be measured by a protocol, told without a model: so before one is trained.
 * @throws InputError for rules that do not fit together, lists longer than the catalogue, and a part without anything to find.
 */
export function checkMeasurable(
  split: EvalSplit,
  protocol: EvalProtocol,
  part: Exclude<Part, 'train'>,
): void {
  const { name, candidates, coldItems, ks, select } = checkProtocol(protocol)
  const longest = Math.max(...ks)
  const shorter = [50, 20, 10, 5, 3, 1].find((k) => k <= split.numItems) ?? 1
  if (candidates.kind === 'catalogue' && longest > split.numItems)
    throw new InputError(
      `protocol ${name}: measures lists of ${longest}, and the catalogue has ${split.numItems} items; lower its ks (--set protocol.ks=[${shorter}] protocol.select=${select.split('@')[0]}@${shorter}), or take more data`,
    )
  const { items } = split[part]
  if (items.length === 0)
    throw new InputError(`the ${part} part of the split is empty; split again with a share for it`)
  if (coldItems === 'keep') return
  const warm = new Set(split.train.items)
  if (!items.some((item) => warm.has(item)))
    throw new InputError(
      `protocol ${name}: no item of the ${part} part was met in training, and it keeps those apart; use a random split or coldItems "keep"`,
    )
}
