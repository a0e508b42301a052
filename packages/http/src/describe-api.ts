import type { OpenAPIHono } from '@hono/zod-openapi'
import { version } from './version.ts'

/** The OpenAPI 3.1 document of all declared routes. */
export function describeApi(app: OpenAPIHono): ReturnType<OpenAPIHono['getOpenAPI31Document']> {
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'recdistill serve',
      version,
      description:
        'Recommendations from one bundle. Answers other than 2xx are problem documents (RFC 9457) with a `code` for programs.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'recommendations', description: 'Lists for users, known and new' },
      { name: 'items', description: 'Lists for items' },
      { name: 'service', description: 'What is served, and how it is doing' },
    ],
  })
}
