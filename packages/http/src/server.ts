import { createAdaptorServer } from '@hono/node-server'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Recommender } from '@recdistill/serve'
import type { Limits } from './limits.ts'
import { problemOfHead, refuse } from './refuse-head.ts'
import { createService, type Service, type ServiceOptions } from './service.ts'

export interface ServerOptions extends ServiceOptions {
  /** Address to listen at; 127.0.0.1 by default, so that nobody else reaches it. 0.0.0.0 is every one of this machine. */
  readonly host?: string
  /** 8080 by default; 0 takes one that is free. */
  readonly port?: number
}

export interface RunningServer {
  /** e.g. `http://127.0.0.1:8080` */
  readonly url: string
  readonly port: number
  readonly service: Service
  /**
   * Stops: tells `/health/ready`, waits `drainSeconds` (0) for others to notice, takes no new connections, finishes the requests
   * that are there, and closes what is still open after `graceSeconds` (10). A second call waits for the first.
   */
  stop(options?: StopOptions): Promise<void>
}

export interface StopOptions {
  readonly drainSeconds?: number
  readonly graceSeconds?: number
}

/**
 * Listens. The recommender is borrowed.
 *
 * @throws RangeError for a limit out of its range; the system's error (`code` EADDRINUSE, EACCES, ...) when it cannot listen.
 */
export async function startServer(
  recommender: Recommender,
  { host = '127.0.0.1', port = 8080, ...options }: ServerOptions = {},
): Promise<RunningServer> {
  const service = createService(recommender, options)
  const open: Open = { stopping: false, connections: new Set(), answers: new Set() }
  const server = createHttpServer(service, open, options.onDefect)
  try {
    await listen(server, host, port)
  } catch (error) {
    service.dispose()
    throw error
  }
  const address = server.address() as AddressInfo
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  let stopped: Promise<void> | null = null
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    service,
    stop: (how = {}) => (stopped ??= stop(server, service, open, how)),
  }
}

/** What is there at the moment. */
interface Open {
  /** From then on every answer is the last of its connection. */
  stopping: boolean
  readonly connections: Set<Socket>
  /** Those that are not finished. */
  readonly answers: Set<ServerResponse>
}

/** @param open Is kept up to date. */
function createHttpServer(service: Service, open: Open, onDefect: ServerOptions['onDefect']): Server {
  const { limits, metrics } = service
  const { connections, answers } = open
  const server = createAdaptorServer({
    fetch: async (request) => {
      try {
        return await service.fetch(request)
      } catch (error) {
        onDefect?.(error)
        throw error
      }
    },
    overrideGlobalObjects: false,
    createServer,
    serverOptions: timeouts(limits),
  }) as Server
  server.maxRequestsPerSocket = 0
  if (limits.maxConnections > 0) server.maxConnections = limits.maxConnections
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
    if (open.stopping) lastOfItsConnection(response)
    answers.add(response)
    response.once('close', () => answers.delete(response))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // whoever hung up was refused nothing, and often had its answer
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return void socket.destroy()
    const what = problemOfHead(error, limits)
    metrics.malformed(what.code)
    refuse(socket, what)
  })
  return server
}

function timeouts({ headSeconds, requestSeconds, idleSeconds, maxHeadBytes }: Limits) {
  return {
    maxHeaderSize: maxHeadBytes,
    headersTimeout: headSeconds * 1000,
    requestTimeout: requestSeconds * 1000,
    keepAliveTimeout: idleSeconds * 1000,
    // How often the two above are looked after: late by a tenth at most, or a second.
    connectionsCheckingInterval: Math.min(1000, Math.max(100, Math.min(headSeconds, requestSeconds) * 100)),
    // Between HTTP/1.0 and 1.1 there are clients that send neither length nor host; they are told so.
    requireHostHeader: true,
    insecureHTTPParser: false,
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // A longer queue than the default 511: with thousands of clients connecting at once the rest would try again in a second.
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** How long, of a service that stops, a connection may be open before anything is asked on it. */
const silentSeconds = 0.5

async function stop(
  server: Server,
  service: Service,
  open: Open,
  { drainSeconds = 0, graceSeconds = 10 }: StopOptions,
): Promise<void> {
  service.drain()
  // during the drain too: whoever opens another connection finds others that are ready, and none is cut while it asks
  open.stopping = true
  for (const response of open.answers) lastOfItsConnection(response)
  if (drainSeconds > 0) await new Promise((resolve) => setTimeout(resolve, drainSeconds * 1000))
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // Browsers and load balancers open connections ahead: to the server one on which nothing was said yet is not idle.
  const silent = setTimeout(() => {
    for (const socket of open.connections) if (socket.bytesRead === 0) socket.destroy()
  }, silentSeconds * 1000)
  const last = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000)
  await closed
  clearTimeout(silent)
  clearTimeout(last)
  service.dispose()
}

/** Tells the other side not to send another request here. */
function lastOfItsConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}
