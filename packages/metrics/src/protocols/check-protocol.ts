import { InputError, show, type EvalProtocol, type Part } from '@recdistill/core'
import { parseMetric } from '../registry.ts'

/** The protocol itself when its rules fit together. Throws InputError that names the first rule that does not. */
export function checkProtocol(protocol: EvalProtocol): EvalProtocol {
  if (typeof protocol !== 'object' || protocol === null)
    throw new InputError(
      `protocol: expected rules such as resolveProtocol("strict") gives, got ${show(protocol)}`,
    )
  const { name, mask, users, coldItems, candidates, ks, select } = protocol
  const fail = (rule: string, expected: string, came: unknown): never => {
    throw new InputError(
      `protocol ${name}.${rule}: expected ${expected}, got ${JSON.stringify(came) ?? 'nothing'}`,
    )
  }
  if (!Array.isArray(ks) || ks.length === 0) fail('ks', 'one or more cut-offs', ks)
  for (const k of ks) if (!Number.isInteger(k) || k < 1) fail('ks', 'whole numbers of 1 or more', k)
  if (new Set(ks).size !== ks.length) fail('ks', 'every cut-off once', ks)
  if (users !== 'all' && users !== 'with-truth') fail('users', '"all" or "with-truth"', users)
  if (coldItems !== 'keep' && coldItems !== 'apart') fail('coldItems', '"keep" or "apart"', coldItems)
  for (const part of ['test', 'valid'] as const) {
    const masked: unknown = mask?.[part]
    if (!Array.isArray(masked) || masked.some((other: Part) => !parts.includes(other)))
      fail(`mask.${part}`, `a list of ${parts.join(', ')}`, masked)
    if (mask[part].includes(part)) fail(`mask.${part}`, `parts other than ${part}, which is measured`, masked)
  }
  if (candidates?.kind === 'sampled') {
    const { negatives, seed } = candidates
    if (!Number.isInteger(negatives) || negatives < 1)
      fail('candidates.negatives', 'a whole number of 1 or more', negatives)
    if (!Number.isSafeInteger(seed)) fail('candidates.seed', 'a whole number', seed)
  } else if (candidates?.kind !== 'catalogue') fail('candidates.kind', '"catalogue" or "sampled"', candidates)
  if (protocol.bdLegacyMetrics !== undefined && typeof protocol.bdLegacyMetrics !== 'boolean')
    fail('bdLegacyMetrics', 'true or false', protocol.bdLegacyMetrics)
  if (typeof select !== 'string') fail('select', 'a metric with its cut-off such as ndcg@10', select)
  const { metric, k } = parseMetric(select)
  if (metric.kind !== 'accuracy') fail('select', 'a metric that compares with the truth', select)
  if (!ks.includes(k)) fail('select', `a cut-off of ks (${ks.join(', ')})`, select)
  return protocol
}

const parts: readonly Part[] = ['train', 'valid', 'test']
