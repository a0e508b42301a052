import { InputError, rowOf, type Csr, type Split } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'
import { writeFolder } from '@recdistill/export'
import { dataIds } from '@recdistill/teachers'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A split as files for other tools: `train.csv`, `valid.csv`, `test.csv` of user and item as the source spells them, training rows of a
 * user in the order of the source; `users.json` and `items.json`, ids in the order of the data's own numbering; `split.json`, the manifest.
 * @throws InputError when something is in the folder already, or it cannot be written; nothing is left behind.
 */
export async function writeParts(split: Split, folder: string): Promise<void> {
  expectEmpty(folder)
  const ids = dataIds(split)
  await writeFolder(folder, {}, (at) => {
    const parts = { train: split.trainSequence, valid: split.valid, test: split.test }
    for (const [name, part] of Object.entries(parts))
      writeFileAtomic(join(at, `${name}.csv`), chunks(part, ids))
    for (const side of ['users', 'items'] as const)
      writeFileAtomic(join(at, `${side}.json`), JSON.stringify(ids[side]) + '\n')
    writeFileAtomic(join(at, 'split.json'), JSON.stringify(split.manifest, null, 2) + '\n')
    return Promise.resolve()
  })
}

function expectEmpty(folder: string): void {
  try {
    if (!existsSync(folder) || readdirSync(folder).length === 0) return
  } catch (error) {
    throw asInputError('write', folder, error)
  }
  throw new InputError(`--out: ${folder} is not empty; name a new folder`)
}

/** Lines of some thousand users at a time. */
function chunks(part: Csr, { users, items }: ReturnType<typeof dataIds>): Buffer[] {
  const out = [Buffer.from('user,item\n')]
  const step = 4096
  const quotedItems = items.map(quoted)
  for (let from = 0; from < users.length; from += step) {
    const lines = users.slice(from, from + step).flatMap((user, n) => {
      const start = `${quoted(user)},`
      return Array.from(rowOf(part, from + n), (item) => `${start}${quotedItems[item]}\n`)
    })
    out.push(Buffer.from(lines.join('')))
  }
  return out
}

function quoted(id: string): string {
  return /[",\r\n]|^\s|\s$/.test(id) ? `"${id.replaceAll('"', '""')}"` : id
}
