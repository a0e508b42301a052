import autocannon from 'autocannon'

const json = { 'content-type': 'application/json' }

/** What clients ask in turn, and the status each has to get. One in six is wrong. */
function mix({ users, items }) {
  const some = (prefix, count) => `${prefix}${Math.floor(Math.random() * count)}`
  const liked = () => JSON.stringify({ items: [some('i', items), some('i', items), some('i', items)], k: 20 })
  return [
    [200, { setupRequest: (it) => ({ ...it, path: `/v1/users/${some('u', users)}/recommendations?k=20` }) }],
    [200, { setupRequest: (it) => ({ ...it, path: `/v1/users/${some('u', users)}/recommendations` }) }],
    [
      200,
      {
        method: 'POST',
        path: '/v1/recommendations',
        headers: json,
        setupRequest: (it) => ({ ...it, body: liked() }),
      },
    ],
    [200, { setupRequest: (it) => ({ ...it, path: `/v1/items/${some('i', items)}/similar` }) }],
    [404, { path: '/v1/users/nobody/recommendations' }],
    [200, { path: '/health/ready' }],
    [400, { method: 'POST', path: '/v1/recommendations', headers: json, body: '{"items": [' }],
    [200, { setupRequest: (it) => ({ ...it, path: `/v1/users/${some('u', users)}/recommendations?k=100` }) }],
  ]
}

/** Connections that ask without pause. What comes back is compared with what has to. */
export async function load(service, { connections, seconds, users, items }) {
  const unexpected = new Map()
  const note = (what) => unexpected.set(what, (unexpected.get(what) ?? 0) + 1)
  const requests = mix({ users, items }).map(([status, request]) => ({
    method: 'GET',
    ...request,
    onResponse: (got, body) => {
      if (got !== status) note(`${got} in place of ${status}: ${body.slice(0, 200)}`)
    },
  }))
  const before = service.memoryMiB()
  const running = autocannon({ url: service.url, connections, duration: seconds, timeout: 60, requests })
  running.on('reqError', (error) => note(`no answer: ${error.code ?? error.message}`))
  const result = await running
  const after = service.memoryMiB()
  const answers = Object.fromEntries(
    Object.entries(result.statusCodeStats ?? {}).map(([status, { count }]) => [status, count]),
  )
  const { p50, p99, max } = result.latency
  return {
    connections,
    perSecond: Math.round(result.requests.average),
    p50,
    p99,
    max,
    answers,
    errors: result.errors,
    timeouts: result.timeouts,
    memoryMiB: { before, after },
    unexpected: [...unexpected].map(([what, count]) => `${count} times ${what}`),
  }
}
