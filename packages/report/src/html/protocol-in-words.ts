import type { EvalProtocol } from '@recdistill/core'

/** The rules of a protocol as a reader says them. */
export function protocolInWords(protocol: EvalProtocol): string {
  const { name, mask, users, coldItems, candidates } = protocol
  const masked = mask.test.length === 0 ? 'nothing' : mask.test.join(' and ')
  const ordered =
    candidates.kind === 'sampled'
      ? `the truth against ${candidates.negatives} sampled items, ties counted against it`
      : `the whole catalogue, ${masked} masked`
  const averaged = users === 'all' ? 'averages over all users' : 'averages over users with truth'
  const cold = coldItems === 'apart' ? ', items never seen in training measured apart' : ''
  const late = protocol.bdLegacyMetrics ? ', hits counted one place late as in the code of BD' : ''
  return `protocol ${name}: ${ordered}, ${averaged}${cold}${late}`
}
