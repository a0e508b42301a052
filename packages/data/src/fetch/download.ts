import { InputError } from '@recdistill/core'
import { asInputError, putInPlace } from '@recdistill/core/files'
import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { oneAtATime } from './one-at-a-time.ts'

export interface DownloadOptions {
  readonly sha256?: string | null
  readonly md5?: string | null
  readonly onProgress?: (progress: { readonly bytes: number; readonly total: number | null }) => void
  /** Another process fetches the same file, or was killed a moment ago: it is waited for. */
  readonly onWait?: () => void
  /** How often a cut connection is taken up again. */
  readonly retries?: number
  /** Before the first retry; doubled for each further one. */
  readonly waitSeconds?: number
}

/**
 * Streams a URL into a file. Bytes go to `path.part`; a cut connection, now or in an earlier run, goes on from there by Range if
 * the server still has the same version (If-Range), and starts over if not. The file gets its name only when it is complete and
 * its checksum is right, so a file with that name is whole. Of several processes that want the same file one fetches it, the
 * others wait and find it there.
 * @throws InputError when the server refuses, the connection stays cut (what came is kept), or the checksum differs (what came is deleted).
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (error) {
    throw asInputError('write', path, error)
  }
  const before = timeOf(path)
  const fetchUnlessThere = async () => {
    if (timeOf(path) === before) await fetchAll(url, path, options)
  }
  await oneAtATime(`${path}.part`, fetchUnlessThere, options)
}

async function fetchAll(url: string, path: string, options: DownloadOptions): Promise<void> {
  const { retries = 4, waitSeconds = 0.5 } = options
  for (let attempt = 0; ; attempt++) {
    try {
      await fetchRest(url, path, options)
      break
    } catch (error) {
      if (error instanceof InputError || !isNetworkError(error)) throw asInputError('write', path, error)
      if (attempt < retries && !nobodyThere.test(codeOf(error) ?? '')) {
        await sleep(1000 * waitSeconds * 2 ** attempt)
        continue
      }
      const kept = sizeOf(`${path}.part`)
      const rest = kept > 0 ? `; ${kept} bytes are kept, run again to go on from there` : ''
      throw new InputError(`cannot download ${url}: ${reason(error)}${rest}`)
    }
  }
  await expectChecksums(url, `${path}.part`, options)
  putInPlace(`${path}.part`, path)
  rmSync(`${path}.part.json`, { force: true })
}

async function fetchRest(url: string, path: string, { onProgress }: DownloadOptions): Promise<void> {
  const part = `${path}.part`
  const validator = readValidator(part)
  const have = validator === null ? 0 : sizeOf(part)
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (have > 0) Object.assign(headers, { range: `bytes=${have}-`, 'if-range': validator })
  const response = await fetch(url, { headers })
  if (response.status === 416) {
    // Nothing after what is there: it is whole, which the checksum confirms, or of another version.
    await response.body?.cancel()
    if (response.headers.get('content-range') === `bytes */${have}`) return
    rmSync(part, { force: true })
    return fetchRest(url, path, onProgress ? { onProgress } : {})
  }
  if (!response.ok) {
    await response.body?.cancel()
    throw new InputError(
      `cannot download ${url}: the server answers ${response.status} ${response.statusText}`.trim(),
    )
  }
  const from = response.status === 206 ? have : 0
  const length = response.headers.get('content-length')
  const total = length === null ? null : from + Number(length)
  const tag = response.headers.get('etag') ?? response.headers.get('last-modified')
  // Weak tags do not promise the same bytes.
  if (tag && !tag.startsWith('W/')) writeFileSync(`${part}.json`, JSON.stringify({ validator: tag }))
  else rmSync(`${part}.json`, { force: true })
  if (!response.body) throw new InputError(`cannot download ${url}: the server sends nothing`)
  let bytes = from
  // Written chunk by chunk, so that a cut loses nothing that had arrived.
  const file = await open(part, from > 0 ? 'a' : 'w')
  try {
    for await (const chunk of response.body) {
      await file.writeFile(chunk)
      bytes += chunk.length
      onProgress?.({ bytes, total })
    }
  } finally {
    await file.close()
  }
  if (total !== null && bytes !== total) throw new TypeError(`cut after ${bytes} of ${total} bytes`)
}

async function expectChecksums(
  url: string,
  part: string,
  { sha256 = null, md5 = null }: DownloadOptions,
): Promise<void> {
  for (const [name, expected] of [
    ['sha256', sha256],
    ['md5', md5],
  ] as const) {
    if (expected === null) continue
    const hash = createHash(name)
    for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer)
    const found = hash.digest('hex')
    if (found === expected) continue
    rmSync(part, { force: true })
    rmSync(`${part}.json`, { force: true })
    throw new InputError(
      `${url}: expected ${name} ${expected}, got ${found}; the file there has changed or was altered on its way, and was not kept`,
    )
  }
}

function readValidator(part: string): string | null {
  try {
    const { validator } = JSON.parse(readFileSync(`${part}.json`, 'utf8')) as { validator?: unknown }
    return typeof validator === 'string' ? validator : null
  } catch {
    return null
  }
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}

/** When the file was last written; null when there is none. */
function timeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null
}

/** Waiting a second does not help against these. */
const nobodyThere =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|CERT_.*|ERR_TLS.*|ERR_SSL.*)$/

const networkCodes =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|EPIPE|UND_ERR_.*|CERT_.*|ERR_TLS.*|ERR_SSL.*)$/

function isNetworkError(error: unknown): boolean {
  const code = codeOf(error)
  return error instanceof TypeError || (code !== null && networkCodes.test(code))
}

function codeOf(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = (at as NodeJS.ErrnoException).code
    if (typeof code === 'string') return code
  }
  return null
}

function reason(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `no network, or no such host (${code})`
  if (code) return `no connection (${code})`
  return (error as Error).message === 'terminated' ? 'the connection was cut' : (error as Error).message
}
