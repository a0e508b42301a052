import type { Context, HonoRequest } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ZodError } from 'zod'
import { problem, problemResponse, type Problem } from './problem.ts'

type Checked = { readonly success: true } | { readonly success: false; readonly error: ZodError }

/** Answers a request that does not fit its declaration: the first thing that is wrong, and where. */
export function refuseInvalid(result: Checked, _: Context): Response | undefined {
  if (result.success) return undefined
  const issue = result.error.issues[0]
  const stray = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const field = clip(stray ?? issue.path.map(String).join('.'))
  const message = stray === undefined ? lowerFirst(issue.message) : 'there is no such parameter'
  return problemResponse(
    problem(400, 'invalid-request', field === '' ? `body: ${message}` : `${field}: ${message}`, {
      ...(field !== '' && { field }),
      hint: 'GET /openapi.json says what each request takes',
    }),
  )
}

/** What an error thrown while answering means to the client; a defect is told without its details. */
export function problemOf(error: unknown, { method, path }: HonoRequest): Problem {
  if (error instanceof HTTPException) return ofFramework(error)
  if (isHangUp(error)) return problem(400, 'malformed-request', 'the body did not arrive')
  switch (codeOf(error)) {
    case 'unknown-user':
      return problem(404, 'unknown-user', clip((error as Error).message), {
        field: 'user',
        hint: 'for someone new, POST /v1/recommendations with {"items": [what they like]}',
      })
    case 'unknown-item':
      // the item of an address, or all those of a body
      return method === 'POST'
        ? problem(400, 'unknown-item', clip((error as Error).message), {
            field: 'items',
            hint: 'send ids as in the data the model was trained on',
          })
        : problem(404, 'unknown-item', clip((error as Error).message), { field: 'item' })
    case 'option':
      return problem(400, 'invalid-request', (error as Error).message)
    default:
      return problem(500, 'internal-error', `${method} ${clip(path)} failed; this is a defect of the service`)
  }
}

/** Of errors of `@recdistill/serve`, whichever copy of it threw them. */
function codeOf(error: unknown): unknown {
  return error instanceof Error && error.name === 'ServeError' && 'code' in error ? error.code : undefined
}

/** Whether the connection ended while the body was awaited: there is nobody to answer, and nothing is wrong here. */
function isHangUp(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, name, message } = error as NodeJS.ErrnoException
  return code === 'ECONNRESET' || name === 'AbortError' || message === 'Client connection prematurely closed.'
}

function ofFramework({ status, message }: HTTPException): Problem {
  if (status === 415)
    return problem(
      415,
      'unsupported-media-type',
      'the body must be declared as content-type: application/json',
    )
  if (status === 400 && /json/i.test(message)) return problem(400, 'malformed-json', 'the body is not JSON')
  return problem(status, 'invalid-request', lowerFirst(message))
}

interface Path {
  readonly method: string
  readonly path: string
}

/** Whether there is no such path (404) or only not with this method (405, with those it takes). */
export function notFound(
  method: string,
  path: string,
  paths: readonly Path[],
): [Problem, Record<string, string>] {
  const allowed = paths
    .filter((one) => !one.path.includes('*') && fits(one.path, path))
    .map((one) => one.method)
  if (allowed.length === 0)
    return [problem(404, 'not-found', `there is no ${clip(path)}`, { hint: hintOnPaths(path) }), {}]
  const allow = [...new Set(allowed.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])))].join(', ')
  return [problem(405, 'method-not-allowed', `${clip(path)} takes ${allow}, not ${method}`), { allow }]
}

function hintOnPaths(path: string): string {
  const holdsId = /^\/v1\/(users|items)\/./.test(path)
  return `GET /openapi.json lists all paths${holdsId ? '; an id is escaped in them, / as %2F, ? as %3F, # as %23' : ''}`
}

/** Whether `path` is one of `/a/:b/c`. */
function fits(template: string, path: string): boolean {
  const parts = template.split('/')
  const given = path.split('/')
  return (
    parts.length === given.length &&
    parts.every((part, at) => (part.startsWith(':') ? given[at] !== '' : part === given[at]))
  )
}

const clip = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}...` : text)
const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
