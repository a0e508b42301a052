import type { Csr, Split, SplitManifest } from '@recdistill/core'
import { InputError } from '@recdistill/core'
import { readContainer, writeContainer, type ContainerArray } from '@recdistill/core/files'
import { splitHash } from './split-hash.ts'
import type { DataSplit, SplitFacts } from './split-interactions.ts'

interface Meta {
  readonly numUsers: number
  readonly numItems: number
  readonly hasIds: boolean
  readonly manifest: SplitManifest
  readonly facts: SplitFacts
}

/** Writes a split, ids and all, as one checked file: equal splits give equal bytes. */
export function saveSplit(path: string, split: Split & { readonly facts?: SplitFacts }): void {
  const { numUsers, numItems, ids, manifest, facts = { steps: [], time: null } } = split
  const arrays: Record<string, ContainerArray> = {}
  for (const part of ['train', 'valid', 'test'] as const) {
    arrays[`${part}.offsets`] = split[part].offsets
    arrays[`${part}.items`] = split[part].items
  }
  arrays['trainSequence.items'] = split.trainSequence.items
  if (ids) {
    Object.assign(arrays, packTexts('users', ids.users), packTexts('items', ids.items))
  }
  const meta: Meta = { numUsers, numItems, hasIds: ids !== null, manifest, facts }
  writeContainer(path, { kind: 'split', meta, arrays })
}

/** @throws InputError when the file is missing, damaged, or not a split. */
export function loadSplit(path: string): DataSplit {
  const { meta, arrays } = readContainer(path, 'split')
  const { numUsers, numItems, hasIds, manifest, facts } = meta as Meta
  const u32 = (name: string) => {
    const array = arrays[name]
    if (array instanceof Uint32Array) return array
    throw new InputError(`${path}: has no ${name}; delete it and run again`)
  }
  const part = (name: string): Csr => ({ offsets: u32(`${name}.offsets`), items: u32(`${name}.items`) })
  const parts = { train: part('train'), valid: part('valid'), test: part('test') }
  if (splitHash({ numUsers, numItems, ...parts }) !== manifest.hash)
    throw new InputError(`${path}: its parts are not those of its manifest; delete it and run again`)
  return {
    numUsers,
    numItems,
    ...parts,
    trainSequence: { offsets: parts.train.offsets, items: u32('trainSequence.items') },
    ids: hasIds ? { users: unpackTexts(arrays, 'users'), items: unpackTexts(arrays, 'items') } : null,
    manifest,
    facts,
  }
}

function packTexts(name: string, texts: readonly string[]): Record<string, ContainerArray> {
  const ends = new Uint32Array(texts.length)
  const pieces = texts.map((text) => Buffer.from(text))
  let end = 0
  for (const [n, piece] of pieces.entries()) ends[n] = end += piece.length
  return { [`${name}.ends`]: ends, [`${name}.utf8`]: new Uint8Array(Buffer.concat(pieces)) }
}

function unpackTexts(arrays: Readonly<Record<string, ContainerArray>>, name: string): string[] {
  const utf8 = arrays[`${name}.utf8`]
  const bytes = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength)
  const texts: string[] = []
  let start = 0
  for (const end of arrays[`${name}.ends`] as Uint32Array) {
    texts.push(bytes.toString('utf8', start, end))
    start = end
  }
  return texts
}
