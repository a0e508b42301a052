import { InputError } from '@recdistill/core'
import { describe, expect, test } from 'vitest'
import { checkProtocol, protocols, resolveProtocol } from '../index.ts'

test('every preset is valid, carries its own name and survives JSON', () => {
  expect(Object.keys(protocols)).toEqual(['rce-kd', 'strict', 'loo-499', 'loo-full', 'bd', 'hetcomp', 'unkd'])
  for (const [name, protocol] of Object.entries(protocols)) {
    expect(resolveProtocol(name)).toEqual(protocol)
    expect(protocol.name).toBe(name)
    expect(JSON.parse(JSON.stringify(protocol))).toEqual(protocol)
  }
})

test('FTD, HTD and HetComp rank the catalogue without what was met in the other two parts (spec 6.6)', () => {
  for (const { mask, users, candidates } of [protocols['loo-full'], protocols.hetcomp]) {
    expect(mask).toEqual({ test: ['train', 'valid'], valid: ['train', 'test'] })
    expect([users, candidates]).toEqual(['with-truth', { kind: 'catalogue' }])
  }
  expect(protocols['loo-full']).toMatchObject({ coldItems: 'keep', ks: [10, 20, 50] })
  expect(protocols.hetcomp).toMatchObject({ coldItems: 'apart', ks: [10, 50], select: 'recall@50' })
})

test('UnKD masks training items alone and averages over the users of the part (spec 6.6)', () => {
  expect(protocols.unkd).toMatchObject({ mask: { test: ['train'], valid: ['train'] }, users: 'with-truth', ks: [10, 20] }) // prettier-ignore
})

test('cut-offs may change under the same name; changed rules show in it', () => {
  expect(resolveProtocol('strict', { ks: [5], select: 'recall@5' }).name).toBe('strict')
  expect(resolveProtocol('strict', { users: 'all' }).name).toBe('strict+users=all')
  expect(resolveProtocol('strict', { users: 'with-truth' }).name).toBe('strict')
  const sampled = resolveProtocol('loo-499', { candidates: { kind: 'sampled', negatives: 99, seed: 3 } })
  expect(sampled.name).toBe('loo-499+candidates=sampled:99:3')
  expect(resolveProtocol('rce-kd', { mask: { test: ['train', 'valid'], valid: [] } }).name).toBe(
    'rce-kd+mask=train&valid|none',
  )
  expect(resolveProtocol('strict', { users: 'all', name: 'ours' }).name).toBe('ours')
  expect(resolveProtocol('bd', { bdLegacyMetrics: true }).name).toBe('bd+bdLegacyMetrics=true')
})

describe('what does not fit together is said in one line', () => {
  const cases: [string, () => unknown, RegExp][] = [
    ['near name', () => resolveProtocol('rcekd'), /did you mean "rce-kd"/],
    [
      'far name',
      () => resolveProtocol('something else'),
      /there are rce-kd, strict, loo-499, loo-full, bd, hetcomp, unkd/,
    ],
    ['a name of Object.prototype', () => resolveProtocol('constructor'), /unknown protocol/],
    ['near rule', () => resolveProtocol('strict', { user: 'all' } as never), /unknown rule "user".*"users"/],
    ['k = 0', () => resolveProtocol('strict', { ks: [0], select: 'ndcg@10' }), /ks: expected whole numbers/],
    ['a fraction', () => resolveProtocol('strict', { ks: [2.5], select: 'ndcg@10' }), /ks/],
    ['no k', () => resolveProtocol('strict', { ks: [] }), /one or more cut-offs/],
    ['ks not a list', () => resolveProtocol('strict', { ks: 10 as never }), /one or more cut-offs/],
    ['k twice', () => resolveProtocol('strict', { ks: [10, 10] }), /every cut-off once/],
    [
      'select outside ks',
      () => resolveProtocol('strict', { ks: [5] }),
      /select: expected a cut-off of ks \(5\)/,
    ],
    ['select without cut-off', () => resolveProtocol('strict', { select: 'ndcg' }), /such as ndcg@10/],
    ['unknown metric', () => resolveProtocol('strict', { select: 'ndgc@10' }), /did you mean "ndcg"/],
    [
      'select beyond accuracy',
      () => resolveProtocol('strict', { select: 'gini@10' }),
      /compares with the truth/,
    ],
    [
      'a mask where it does nothing',
      () => resolveProtocol('loo-499', { mask: { test: [], valid: [] } }),
      /mask has no effect on sampled candidates/,
    ],
    [
      'legacy',
      () => resolveProtocol('bd', { bdLegacyMetrics: 'yes' as never }),
      /bdLegacyMetrics.*true or false/,
    ],
    ['legacy elsewhere', () => resolveProtocol('strict', { bdLegacyMetrics: true }), /unknown rule/],
    ['users', () => resolveProtocol('strict', { users: 'some' as never }), /"all" or "with-truth"/],
    ['cold items', () => resolveProtocol('strict', { coldItems: 'drop' as never }), /"keep" or "apart"/],
    [
      'the measured part masked',
      () => resolveProtocol('strict', { mask: { test: ['test'], valid: [] } }),
      /parts other than test/,
    ],
    [
      'unknown part',
      () => resolveProtocol('strict', { mask: { test: ['all'], valid: [] } as never }),
      /mask.test/,
    ],
    ['no mask', () => resolveProtocol('strict', { mask: null as never }), /mask.test/],
    [
      'candidates',
      () => resolveProtocol('strict', { candidates: { kind: 'few' } as never }),
      /candidates.kind/,
    ],
    [
      'no negatives',
      () => resolveProtocol('loo-499', { candidates: { kind: 'sampled', negatives: 0, seed: 0 } }),
      /negatives: expected/,
    ],
    [
      'no seed',
      () => resolveProtocol('loo-499', { candidates: { kind: 'sampled', negatives: 9 } as never }),
      /seed: expected a whole number, got nothing/,
    ],
    ['a protocol without ks', () => checkProtocol({ ...protocols.strict, ks: null as never }), /ks/],
  ]
  test.each(cases)('%s', (_, run, message) => {
    expect(run).toThrow(InputError)
    expect(run).toThrow(message)
  })
})
