import { z } from '@hono/zod-openapi'

/** What went wrong, for programs. */
export const problemCodes = [
  'invalid-request',
  'malformed-json',
  'malformed-request',
  'unknown-user',
  'unknown-item',
  'not-found',
  'method-not-allowed',
  'unsupported-media-type',
  'body-too-large',
  'head-too-large',
  'request-timeout',
  'stopping',
  'unavailable',
  'internal-error',
] as const

export type ProblemCode = (typeof problemCodes)[number]

/** The body of every answer that is not a success (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().openapi({ description: 'The status in words', example: 'Not Found' }),
    status: z.int().openapi({ example: 404 }),
    code: z.enum(problemCodes).openapi({ description: 'What went wrong, for programs' }),
    detail: z.string().openapi({ description: 'What went wrong, for people' }),
    field: z
      .string()
      .optional()
      .openapi({ description: 'The part of the request that is at fault', example: 'k' }),
    hint: z.string().optional().openapi({ description: 'What to do' }),
  })
  .openapi('Problem')

export type Problem = z.infer<typeof problemSchema>

export const problemType = 'application/problem+json'

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** A problem as an object. `field` and `hint` are left out where there is none. */
export function problem(
  status: number,
  code: ProblemCode,
  detail: string,
  { field, hint }: { field?: string | undefined; hint?: string | undefined } = {},
): Problem {
  return {
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    code,
    detail,
    ...(field === undefined ? {} : { field }),
    ...(hint === undefined ? {} : { hint }),
  }
}

/** A problem as an answer. */
export function problemResponse(what: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(what), {
    status: what.status,
    headers: { 'content-type': problemType, ...headers },
  })
}
