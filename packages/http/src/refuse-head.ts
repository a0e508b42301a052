import type { Duplex } from 'node:stream'
import type { Limits } from './limits.ts'
import { problem, problemType, type Problem } from './problem.ts'

/** What Node's parser and its timeouts say, in the words of this service. */
export function problemOfHead({ code }: NodeJS.ErrnoException, limits: Limits): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problem(
        431,
        'head-too-large',
        `address and headers are larger than ${limits.maxHeadBytes} bytes`,
      )
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem(
        408,
        'request-timeout',
        `the request did not arrive within ${limits.headSeconds} s (head) or ${limits.requestSeconds} s (all)`,
      )
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return problem(413, 'body-too-large', 'extensions of chunks are too large')
    default:
      return problem(400, 'malformed-request', 'this is no HTTP/1.1 request')
  }
}

/** Answers on a bare connection and ends it. */
export function refuse(socket: Duplex, what: Problem): void {
  if (!socket.writable || socket.destroyed) {
    socket.destroy()
    return
  }
  const body = JSON.stringify(what)
  const head = [
    `HTTP/1.1 ${what.status} ${what.title}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
