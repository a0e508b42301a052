import { InputError } from '@recdistill/core'
import { asInputError, writeFileAtomic } from '@recdistill/core/files'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { decimal } from './decimal.ts'
import type { Vectors } from './vectors.ts'

/**
 * Vectors in the text format of word2vec: `id x1 ... xn` a line, with or without the first line `count n`. Read as a stream;
 * a file whose name ends in `.gz` is unpacked on the way.
 * @throws InputError naming the line that is not like the others, or an id that stands there twice.
 */
export async function readWord2vec(path: string): Promise<Vectors> {
  const ids: string[] = []
  const seen = new Set<string>()
  let data = new Float32Array(1024)
  let dim = 0
  let announced: number | null = null
  const add = ({ fields, number }: Line) => {
    const refuse = (problem: string) => new InputError(`${path}: line ${number} ${problem}`)
    if (dim === 0) dim = fields.length - 1
    if (dim === 0 || fields.length !== dim + 1)
      throw refuse(
        `has ${fields.length} fields, expected an id without spaces and ${dim || 'some'} numbers; correct the line`,
      )
    const [id] = fields
    if (seen.has(id)) throw refuse(`repeats the id "${id}"; keep one of its vectors`)
    seen.add(id)
    const start = ids.length * dim
    if (start + dim > data.length) data = grown(data, start + dim)
    for (let n = 0; n < dim; n++) {
      const value = Math.fround(Number(fields[n + 1]))
      if (value - value !== 0)
        throw refuse(`has "${fields[n + 1]}" at place ${n} (from 0) of its vector, expected a finite number`)
      data[start + n] = value
    }
    ids.push(id)
  }

  let first: Line | null = null
  for await (const line of linesOf(path)) {
    if (first === null) {
      first = line
      if (!isHeader(line)) add(line)
      continue
    }
    if (ids.length === 0) {
      // two whole numbers are a header, unless the next line shows that vectors have one number each
      const [count, size] = first.fields.map(Number)
      if (line.fields.length > 2 || size === 1) [announced, dim] = [count, size]
      else add(first)
    }
    add(line)
  }
  if (ids.length === 0) throw new InputError(`${path}: holds no vectors; expected an id and numbers a line`)
  if (announced !== null && announced !== ids.length)
    throw new InputError(
      `${path}: cut short or altered: its first line announces ${announced} vectors, it has ${ids.length}; get it again`,
    )
  return { ids, dim, data: data.slice(0, ids.length * dim) }
}

/** With the first line. @throws RangeError when ids and numbers do not fit each other, InputError when an id is empty or holds white space, which readers take for a border. */
export function writeWord2vec(path: string, { ids, dim, data }: Vectors): void {
  if (data.length !== ids.length * dim)
    throw new RangeError(
      `writeWord2vec: ${ids.length} ids with vectors of ${dim} are no ${data.length} numbers`,
    )
  const bad = ids.find((id) => id === '' || /\s/.test(id))
  if (bad !== undefined)
    throw new InputError(
      `${path}: id ${JSON.stringify(bad)} is empty or holds white space, which this format cannot keep; use another`,
    )
  const lines = ids.map(
    (id, n) => `${id} ${Array.from(data.subarray(n * dim, (n + 1) * dim), decimal).join(' ')}\n`,
  )
  writeFileAtomic(
    path,
    [`${ids.length} ${dim}\n`, ...lines].map((line) => Buffer.from(line)),
  )
}

interface Line {
  readonly number: number
  readonly fields: readonly string[]
}

/** Lines with anything in them. */
async function* linesOf(path: string): AsyncGenerator<Line> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  const stream = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file
  const decoder = new TextDecoder()
  let rest = ''
  let number = 0
  try {
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n')
      rest = lines.pop()!
      for (const text of lines) {
        number++
        const fields = fieldsOf(text)
        if (fields.length > 0) yield { number, fields }
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      throw new InputError(`${path}: not a sound gzip file (${(error as Error).message}); get it again`)
    throw asInputError('read', path, error)
  }
  const fields = fieldsOf(rest)
  if (fields.length > 0) yield { number: number + 1, fields }
}

function fieldsOf(line: string): string[] {
  return line.split(/\s+/).filter((field) => field !== '')
}

function isHeader({ fields }: Line): boolean {
  return fields.length === 2 && fields.every((field) => /^\d+$/.test(field))
}

function grown(data: Float32Array, needed: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(Math.max(needed, data.length * 2))
  out.set(data)
  return out
}
