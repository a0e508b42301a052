import type { MiddlewareHandler } from 'hono'
import { problem, problemResponse } from './problem.ts'

/**
 * Refuses bodies above a limit: by their declared length at once, of those that declare none what came so far is counted. (The
 * framework's own limit needs the global `Request` replaced, which a library should not do to the program around it.)
 */
export function limitBody(maxBytes: number): MiddlewareHandler {
  // What is left of a body is not read, so its connection is of no more use.
  const refuse = () =>
    problemResponse(problem(413, 'body-too-large', `the body is larger than ${maxBytes} bytes`), {
      connection: 'close',
    })
  return async (context, next) => {
    const { raw } = context.req
    const declared = raw.headers.get('content-length')
    if (declared !== null) return Number(declared) > maxBytes ? refuse() : next()
    if (raw.body === null) return next()
    const body = await readUpTo(maxBytes, raw.body)
    if (body === null) return refuse()
    context.req.raw = new Request(raw.url, { method: raw.method, headers: [...raw.headers], body })
    return next()
  }
}

/** The whole stream, or null when it is longer. */
async function readUpTo(
  maxBytes: number,
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const parts: Uint8Array[] = []
  let length = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > maxBytes) return null
    parts.push(value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
