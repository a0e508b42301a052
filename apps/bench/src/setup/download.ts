import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { InputError } from '@recdistill/core'

/** A file from an address. @throws InputError with what the server or the network said. */
export async function download(url: string, path: string): Promise<void> {
  const advice = 'download it with another program and give the file with --from'
  try {
    const response = await fetch(url)
    if (!response.ok || response.body === null)
      throw new Error(`the server answered ${response.status} ${response.statusText}`.trim())
    await pipeline(
      Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
      createWriteStream(path),
    )
  } catch (error) {
    const { message, cause } = error as Error
    const reason = cause instanceof Error ? cause.message : message
    throw new InputError(`setup tensorflow: ${url} cannot be downloaded: ${reason}; ${advice}`)
  }
}
