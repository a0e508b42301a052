import { InputError } from '@recdistill/core'
import { openBytes } from '@recdistill/core/files'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** An entry `location` of a tensor's `external_data`: field 1 is the key, field 2 the name of a file (onnx.proto, TensorProto). */
const entry = Buffer.from('\x0a\x08location\x12', 'latin1')
const blockBytes = 2 ** 22
/** More than an entry takes. */
const overlap = 2 ** 13

/**
 * The files an ONNX model consists of: itself, and those beside it that hold its weights, as PyTorch writes them for large models.
 * @throws InputError when one of them is not there.
 */
export function filesOfOnnx(path: string): readonly string[] {
  const names = [...outsideOf(path)].map((name) => join(dirname(path), name))
  for (const name of names)
    if (!existsSync(name))
      throw new InputError(`${path}: its weights are in ${name}, which is not there; put it beside the model`)
  return [path, ...names]
}

function outsideOf(path: string): ReadonlySet<string> {
  const names = new Set<string>()
  const file = openBytes(path)
  try {
    for (let from = 0; from < file.size; from += blockBytes) {
      const block = Buffer.from(file.read(from, Math.min(blockBytes + overlap, file.size - from)).buffer)
      for (let at = block.indexOf(entry); at >= 0 && at < blockBytes; at = block.indexOf(entry, at + 1)) {
        const name = textAt(block, at + entry.length)
        if (name !== '') names.add(name)
      }
    }
  } finally {
    file.close()
  }
  return names
}

/** A length of one or two bytes, and so much text. */
function textAt(block: Buffer, at: number): string {
  const [low, high] = [block[at] ?? 0, block[at + 1] ?? 0]
  const isLong = low > 127
  const length = isLong ? (low & 127) | (high << 7) : low
  const start = at + (isLong ? 2 : 1)
  return length < overlap / 2 ? block.toString('utf8', start, start + length) : ''
}
