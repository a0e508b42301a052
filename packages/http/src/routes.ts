import { createRoute } from '@hono/zod-openapi'
import { answerSchema, healthSchema, infoSchema, listSchema, requestSchemas } from './schemas.ts'
import type { Limits } from './limits.ts'
import { problemSchema, problemType } from './problem.ts'

const json = <Schema>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

const text = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: { type: 'string' as const } } },
})

const refused = (description: string) => ({
  description,
  content: { [problemType]: { schema: problemSchema } },
})

/** Every path of the service: what it takes, what it answers. The OpenAPI document is made of nothing else. */
export function createRoutes(limits: Limits) {
  const { userPath, itemPath, userQuery, itemQuery, body } = requestSchemas(limits)
  const wrong = refused('The request is wrong; `field` says where')
  const list = json(listSchema, 'Items, best first')

  const ready = {
    method: 'get' as const,
    tags: ['service'],
    summary: 'Whether to send requests here',
    responses: { 200: json(healthSchema, 'Yes'), 503: refused('No: it is being stopped') },
  }

  return {
    recommend: createRoute({
      method: 'get',
      path: '/v1/users/{user}/recommendations',
      operationId: 'recommend',
      tags: ['recommendations'],
      summary: 'Items for a user of the bundle, without those the user has seen',
      request: { params: userPath, query: userQuery },
      responses: { 200: list, 400: wrong, 404: refused('The bundle has no such user') },
    }),
    ask: createRoute({
      method: 'post',
      path: '/v1/recommendations',
      operationId: 'ask',
      tags: ['recommendations'],
      summary:
        'Items for a new user by what they like (fold-in), or for a known one, with longer lists to exclude or choose from',
      request: {
        body: { required: true, content: { 'application/json': { schema: body } } },
      },
      responses: {
        200: json(answerSchema, 'Items, best first'),
        400: wrong,
        404: refused('The bundle has no such user'),
        413: refused(`The body is larger than ${limits.maxBodyBytes} bytes`),
        415: refused('The body is not declared as application/json'),
      },
    }),
    similar: createRoute({
      method: 'get',
      path: '/v1/items/{item}/similar',
      operationId: 'similar',
      tags: ['items'],
      summary: 'Items like an item, by the cosine of their vectors',
      request: { params: itemPath, query: itemQuery },
      responses: { 200: list, 400: wrong, 404: refused('The bundle has no such item') },
    }),
    info: createRoute({
      method: 'get',
      path: '/v1/info',
      operationId: 'info',
      tags: ['service'],
      summary: 'What is served: sizes, and what the bundle says of its model',
      responses: { 200: json(infoSchema, 'What is served') },
    }),
    live: createRoute({
      method: 'get',
      path: '/health/live',
      operationId: 'live',
      tags: ['service'],
      summary: 'Whether the process answers at all',
      responses: { 200: json(healthSchema, 'It does') },
    }),
    ready: createRoute({ path: '/health/ready', operationId: 'ready', ...ready }),
    health: createRoute({ path: '/health', operationId: 'health', ...ready }),
    metrics: createRoute({
      method: 'get',
      path: '/metrics',
      operationId: 'metrics',
      tags: ['service'],
      summary: 'Metrics in the text format of Prometheus',
      responses: {
        200: text('text/plain', 'Metrics'),
        503: refused('One of several processes does not answer'),
      },
    }),
  }
}
