import { InputError } from '@recdistill/core'
import { writeFileAtomic } from '@recdistill/core/files'
import { roundTo, type Precision } from '@recdistill/serve'
import { createHash } from 'node:crypto'
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { cardMarkdown } from './card-markdown.ts'
import type { Deployable, VectorForm } from './deployable.ts'
import { expectVectors } from './expect-vectors.ts'
import { expectFits, formats, type FormatName } from './format.ts'
import type { HowToLoad } from './writer.ts'
import { keptLists } from './kept-lists.ts'
import { modelCard, type CardFile, type Measured, type ModelCard, type Rounding } from './model-card.ts'
import { cardName, cardTextName, expectPlace, writeFolder } from './write-folder.ts'

/**
 * Writes a model in one or more formats, with maps of its ids where a format has none of its own, and its card, into one folder,
 * which appears whole or not at all.
 * @throws InputError when a format cannot hold the model, something stands in its place, or it cannot be written.
 */
export async function exportModel(
  model: Deployable,
  {
    to,
    out,
    precision = 'f32',
    k = 100,
    force = false,
    measure,
    progress,
  }: {
    to: readonly FormatName[]
    out: string
    precision?: Precision
    /** Items in each list of `recommendations`; fewer where fewer are left. */
    k?: number
    /** Replaces an earlier export. */
    force?: boolean
    /** Measures vectors that were rounded, for the card. */
    measure?: (rounded: VectorForm) => Measured
    /** Told how many users have their list of `recommendations` so far. */
    progress?: (users: number) => void
  },
): Promise<ModelCard> {
  if (to.length === 0) throw new InputError('export: expected at least one format, got none')
  expectFits(model, to, precision)
  if (!Number.isInteger(k) || k < 1) throw new InputError(`export: k: expected an integer >= 1, got ${k}`)
  expectPlace(out, resolve(out), force)
  expectWhole(model, precision)
  return writeFolder(out, { force }, async (folder) => {
    const usage: { to: FormatName; text: HowToLoad }[] = []
    if (to.some((name) => formats[name].needsIdMaps))
      for (const of of ['users', 'items'] as const)
        writeFileAtomic(join(folder, `${of}.json`), JSON.stringify(model[of]) + '\n')
    for (const name of to)
      usage.push({
        to: name,
        text: await formats[name].write(model, { folder, precision, k, ...(progress && { progress }) }),
      })
    const rounding = precision === 'f32' ? null : roundingOf(model, precision, measure)
    const card = modelCard(model, { precision, rounding, files: filesIn(folder) })
    writeFileAtomic(join(folder, cardTextName), cardMarkdown(card, usage))
    writeFileAtomic(join(folder, cardName), JSON.stringify(card, null, 2) + '\n')
    return card
  })
}

/** What rounding to `precision` does to the model. */
function roundingOf(
  model: Deployable,
  precision: Precision,
  measure: ((rounded: VectorForm) => Measured) | undefined,
): Rounding {
  const { dim, users, items } = expectVectors(model.form)
  const rounded: VectorForm = {
    kind: 'vectors',
    dim,
    users: roundTo(precision, users, dim),
    items: roundTo(precision, items, dim),
  }
  return { kept: keptLists(model, rounded), measured: measure?.(rounded) ?? null }
}

/** From here on a half is infinite: halfway from the largest, 65504, to the next that there would be. */
const beyondHalf = 65520

/** A caller's mistake, not a reader's: sizes that do not belong together, or numbers that are none or that a half cannot hold. */
function expectWhole({ users, items, seen, form }: Deployable, precision: Precision): void {
  if (seen.offsets.length !== users.length + 1)
    throw new RangeError(`export: seen items of ${seen.offsets.length - 1} users, there are ${users.length}`)
  if (form.kind !== 'vectors') return
  for (const [of, ids] of Object.entries({ users, items }) as ['users' | 'items', readonly string[]][]) {
    if (form[of].length !== ids.length * form.dim)
      throw new RangeError(
        `export: ${form[of].length} numbers of ${of}, expected ${ids.length} x ${form.dim}`,
      )
    const wrong = form[of].findIndex((value) => !Number.isFinite(value))
    if (wrong >= 0)
      throw new InputError(
        `export: the vector of ${of} row ${Math.floor(wrong / form.dim)} holds ${form[of][wrong]}; train the model anew`,
      )
    const large = precision === 'f16' ? form[of].findIndex((value) => Math.abs(value) >= beyondHalf) : -1
    if (large >= 0)
      throw new InputError(
        `--dtype f16: the vector of ${of} row ${Math.floor(large / form.dim)} holds ${form[of][large]}, and f16 ends at 65504; use f32 or int8`,
      )
  }
}

function filesIn(folder: string): CardFile[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => ({ file: name.split(sep).join('/'), ...fingerprint(join(folder, name)) }))
}

function fingerprint(path: string): Omit<CardFile, 'file'> {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(1 << 20)
  const file = openSync(path, 'r')
  let bytes = 0
  try {
    for (let got; (got = readSync(file, buffer)) > 0; bytes += got) hash.update(buffer.subarray(0, got))
  } finally {
    closeSync(file)
  }
  return { bytes, sha256: hash.digest('hex') }
}
