import { InputError } from '@recdistill/core'
import type { Limits, LogEntry } from '@recdistill/http'
import { Command, Option } from 'commander'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { line, type Io } from '../io.ts'
import { quoted, shownPath } from '../shown-path.ts'
import { numberFlag } from './number-flag.ts'
import { program } from '../program.ts'

interface Flags {
  readonly port: string
  readonly host: string
  readonly workers: string
  readonly maxK?: string
  readonly maxIds?: string
  readonly requestSeconds?: string
  readonly maxConnections?: string
  readonly cors?: readonly string[]
  readonly log?: boolean
  readonly drain: string
  readonly grace: string
}

export function serveCommand(io: Io, done: (code: number) => void): Command {
  return new Command('serve')
    .description('Serves a bundle over HTTP: recommendations, fold-in of new users, similar items, metrics.')
    .argument('<bundle>', 'a file that `recdistill export --to bundle` wrote')
    .option('--port <n>', 'port to listen at; 0 takes a free one', '8080')
    .option('--host <address>', 'address to listen at; 0.0.0.0 is every one of this machine', '127.0.0.1')
    .option('--workers <n>', 'processes that share the port, each with the bundle in its memory', '1')
    .option('--max-k <n>', 'longest list that is given out (1000)')
    .option('--max-ids <n>', 'most ids in one list of a request (1000)')
    .option('--request-seconds <n>', 'time in which a request has to arrive (its head 10, all of it 15)')
    .option('--max-connections <n>', 'most connections of a process at once; 0 is no limit (0)')
    .option('--cors <origin...>', 'origins whose pages may call it from a browser; * is all')
    .option('--log', 'one JSON line a request on the standard output')
    .addOption(
      new Option('--drain <seconds>', 'at the stop: how long it still answers while not ready').default('0'),
    )
    .addOption(
      new Option('--grace <seconds>', 'at the stop: how long requests under way may take').default('10'),
    )
    .action(async (bundle: string, flags: Flags) => {
      expectNoRun(bundle)
      // The framework is read when it is needed: other commands start without it.
      const { startCluster, startServer } = await import('@recdistill/http')
      const { loadFile } = await import('@recdistill/serve/node')
      const stopping = {
        drainSeconds: seconds('--drain', flags.drain),
        graceSeconds: seconds('--grace', flags.grace),
      }
      const port = whole('--port', flags.port, 0, 65535)
      const workers = whole('--workers', flags.workers, 1, 256)
      const { host } = flags
      const settings = {
        host,
        port,
        limits: limitsOf(flags),
        ...(flags.cors && { cors: flags.cors.includes('*') ? (true as const) : flags.cors }),
        ...(flags.log === true && { log: (entry: LogEntry) => line(io.stdout, JSON.stringify(entry)) }),
        onDefect: (error: unknown) =>
          line(io.stderr, error instanceof Error ? String(error.stack) : String(error)),
      }
      const interrupted = firstInterrupt(io)
      try {
        const server =
          workers === 1
            ? await startServer(await loadFile(bundle), settings)
            : await startCluster(bundle, {
                ...settings,
                workers,
                onWorkerLost: (reason) => line(io.stderr, `a worker ended (${reason}); starting another`),
              })
        line(io.stderr, `serving ${bundle} at ${server.url}, described at ${server.url}/openapi.json`)
        await interrupted.promise
        line(io.stderr, 'stopping: requests under way are finished')
        await server.stop(stopping)
        done(0)
      } catch (error) {
        throw explain(error, { bundle, host, port })
      } finally {
        interrupted.forget()
      }
    })
}

/** @throws InputError where a model is named in place of what is made of it. */
function expectNoRun(path: string): void {
  if (!['config.yaml', 'compress.json'].some((file) => existsSync(join(path, file)))) return
  const run = quoted(shownPath(path))
  throw new InputError(
    `${path} is the folder of a run, and a bundle is served; write one with "${program} export ${run} --to bundle", and name the file it says`,
  )
}

/** The first Ctrl-C or SIGTERM stops in order; it is not caught again, so a second one ends the program at once. */
function firstInterrupt(io: Io): { readonly promise: Promise<void>; forget(): void } {
  let forget: () => void = () => undefined
  const promise = new Promise<void>((resolve) => {
    forget = io.onInterrupt(() => {
      forget()
      resolve()
    })
  })
  return { promise, forget: () => forget() }
}

/** What the caller can do something about, as one line; everything else as it came. */
function explain(
  error: unknown,
  { bundle, host, port }: { bundle: string; host: string; port: number },
): unknown {
  if (!(error instanceof Error)) return error
  const { name, code, message } = error as NodeJS.ErrnoException
  if (name === 'ServeError')
    return new InputError(
      message.includes(bundle) ? message : `${bundle}: ${message.replace(/^bundle: /, '')}`,
    )
  switch (code) {
    case 'EADDRINUSE':
      return new InputError(
        `--port: ${host}:${port} is taken; stop what listens there or name another port (0 takes a free one)`,
      )
    case 'EACCES':
      return new InputError(`--port: this user may not listen at ${port}; name a port above 1023`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new InputError(`--host: ${host} is no address of this machine; try 127.0.0.1 or 0.0.0.0`)
    default:
      return error
  }
}

function limitsOf(flags: Flags): Partial<Limits> {
  const { maxK, maxIds, requestSeconds, maxConnections } = flags
  return {
    ...(maxK !== undefined && { maxK: whole('--max-k', maxK, 1) }),
    ...(maxIds !== undefined && { maxIds: whole('--max-ids', maxIds, 1) }),
    ...(requestSeconds !== undefined && arriveWithin(whole('--request-seconds', requestSeconds, 1))),
    ...(maxConnections !== undefined && { maxConnections: whole('--max-connections', maxConnections, 0) }),
  }
}

/** Whoever waits longer for a request waits as long for its head. */
function arriveWithin(seconds: number): Partial<Limits> {
  return { requestSeconds: seconds, headSeconds: seconds }
}

function whole(flag: string, text: string, minimum: number, maximum = 1e9): number {
  return numberFlag(flag, text, { type: 'integer', minimum, maximum })
}

function seconds(flag: string, text: string): number {
  return numberFlag(flag, text, { type: 'number', minimum: 0, maximum: 86400 })
}
