import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ChildProcess } from 'node:child_process'
import { encodeBundle } from '@recdistill/serve'
import { describe, expect, test } from 'vitest'
import { ended, freshFolder, run, start } from './run.ts'

/** Two users, four items, in a file. */
function bundleIn(at: string): string {
  const bytes = encodeBundle({
    users: ['ann', 'bob'],
    items: ['emma', 'dune', 'ulysses', 'persuasion'],
    dim: 2,
    userVectors: Float32Array.of(1, 0, 0, 1),
    itemVectors: Float32Array.of(1, 0, 0, 1, 0.5, 0.5, 0.75, 0.25),
    meta: { model: 'student', dataset: 'shelf' },
  })
  const file = join(at, 'shelf.recdistill')
  writeFileSync(file, bytes)
  return file
}

function changed(file: string, change: (bytes: Buffer) => Buffer): string {
  const bytes = change(readFileSync(file))
  writeFileSync(file, bytes)
  return file
}

type Case = readonly [wrong: string, argv: (at: string) => string[], says: RegExp]

const cases: readonly Case[] = [
  ['no bundle', () => ['serve'], /missing required argument 'bundle'/],
  ['a bundle that is not there', (at) => ['serve', join(at, 'none.recdistill')], /none\.recdistill/],
  ['a folder', (at) => ['serve', at], /director|folder/i],
  [
    'the folder of a run',
    (at) => {
      writeFileSync(join(at, 'config.yaml'), '')
      return ['serve', at]
    },
    /is the folder of a run.*recdistill export .* --to bundle/,
  ],
  [
    'an empty file',
    (at) => {
      writeFileSync(join(at, 'x.recdistill'), '')
      return ['serve', join(at, 'x.recdistill')]
    },
    /x\.recdistill: cut short/,
  ],
  [
    'a file of another kind',
    (at) => {
      writeFileSync(join(at, 'x.csv'), 'user,item\n'.repeat(50))
      return ['serve', join(at, 'x.csv')]
    },
    /x\.csv.*bundle/,
  ],
  [
    'a bundle cut short',
    (at) => ['serve', changed(bundleIn(at), (bytes) => bytes.subarray(0, bytes.length - 40))],
    /shelf\.recdistill.*(cut|short|truncated)/,
  ],
  [
    'a bundle with one bit changed',
    (at) => [
      'serve',
      changed(bundleIn(at), (bytes) => {
        bytes[bytes.length - 60] ^= 1
        return bytes
      }),
    ],
    /shelf\.recdistill.*(altered|damaged|changed)/,
  ],
  [
    'a bundle of a later version',
    (at) => [
      'serve',
      changed(bundleIn(at), (bytes) => {
        bytes.writeUInt32LE(99, 8)
        return bytes
      }),
    ],
    /shelf\.recdistill: written in format 99/,
  ],
  [
    'a port that is a word',
    (at) => ['serve', bundleIn(at), '--port', 'http'],
    /--port: expected an integer >= 0 and <= 65535, got "http"/,
  ],
  ['a port beyond all ports', (at) => ['serve', bundleIn(at), '--port', '70000'], /--port.*65535.*70000/],
  ['an address of nobody', (at) => ['serve', bundleIn(at), '--host', '192.0.2.1'], /--host: 192\.0\.2\.1/],
  ['no worker', (at) => ['serve', bundleIn(at), '--workers', '0'], /--workers/],
  ['lists of nothing', (at) => ['serve', bundleIn(at), '--max-k', '0'], /--max-k.*>= 1.*0/],
  ['a grace that is a word', (at) => ['serve', bundleIn(at), '--grace', 'much'], /--grace/],
  ['a misspelt flag', (at) => ['serve', bundleIn(at), '--prot', '1'], /unknown option '--prot'/],
]

describe('what cannot be served ends in one line and exit code 2', () => {
  test.each(cases)('%s', async (_, argv, says) => {
    const { code, stdout, stderr } = await run(argv(freshFolder()))
    expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1)
    expect(stderr).toMatch(/^recdistill: /)
    expect(stderr).toMatch(says)
    expect([code, stdout]).toEqual([2, ''])
  })

  test('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, stderr } = await run(['serve', bundleIn(freshFolder()), '--port', String(port)])
    other.close()
    expect([code, stderr]).toEqual([
      2,
      `recdistill: --port: 127.0.0.1:${port} is taken; stop what listens there or name another port (0 takes a free one)\n`,
    ])
  })

  test('a damaged bundle, with workers, in the real program', async () => {
    const file = changed(bundleIn(freshFolder()), (bytes) => bytes.subarray(0, 100))
    const { code, stderr } = await ended(start(['serve', file, '--workers', '2', '--port', '0']))
    expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1)
    expect(stderr).toMatch(/^recdistill: .*shelf\.recdistill/)
    expect(code).toBe(2)
  })
})

/** Where a started program serves. Its standard error stays open: a program may not write where nobody listens. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr!.on('data', (text: Buffer) => {
      said += text.toString()
      const found = /serving .* at (http:\S+), /.exec(said)
      if (found !== null) resolve(found[1])
    })
    child.on('close', () => reject(new Error(`it ended: ${said}`)))
  })
}

const serve = (...flags: string[]) => start(['serve', bundleIn(freshFolder()), '--port', '0', ...flags])
const ask = async (url: string) => (await (await fetch(url)).json()) as { items: { item: string }[] }

describe('the real program', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('serves, logs, and stops in order at %s', async (signal) => {
    const child = serve('--log')
    const end = once(child, 'close')
    let log = ''
    child.stdout!.on('data', (text: Buffer) => (log += text.toString()))
    const url = await address(child)
    const { items } = await ask(`${url}/v1/users/ann/recommendations?k=2`)
    expect(items.map(({ item }) => item)).toEqual(['emma', 'persuasion'])
    child.kill(signal)
    expect(await end).toEqual([0, null])
    expect(JSON.parse(log)).toMatchObject({
      method: 'GET',
      url: '/v1/users/ann/recommendations?k=2',
      status: 200,
    })
  })

  test('goes on when whoever read its log is gone', async () => {
    const child = serve('--log')
    const end = once(child, 'close')
    let said = ''
    child.stderr!.on('data', (text: Buffer) => (said += text.toString()))
    const url = await address(child)
    child.stdout!.destroy()
    for (let n = 0; n < 5; n++)
      expect((await ask(`${url}/v1/users/ann/recommendations?k=2`)).items).toHaveLength(2)
    child.kill('SIGTERM')
    expect(await end).toEqual([0, null])
    expect(said.match(/nobody reads its log any more; it goes on without/g)).toHaveLength(1)
  })

  test('finishes a request under way when it is stopped', async () => {
    const child = serve()
    const end = once(child, 'close')
    const url = await address(child)
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('{"items":'))
        await new Promise((resolve) => setTimeout(resolve, 200))
        child.kill('SIGTERM')
        await new Promise((resolve) => setTimeout(resolve, 300))
        controller.enqueue(new TextEncoder().encode('["emma"]}'))
        controller.close()
      },
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' }
    const response = await fetch(`${url}/v1/recommendations`, init as RequestInit)
    expect(response.status).toBe(200)
    expect(((await response.json()) as { items: unknown[] }).items).toHaveLength(3)
    expect(await end).toEqual([0, null])
  })

  test.skipIf(process.platform !== 'linux')(
    'with workers: one port, metrics of all, a lost one is replaced, a stop in order',
    async () => {
      const child = serve('--workers', '2')
      const end = once(child, 'close')
      let said = ''
      child.stderr!.on('data', (text: Buffer) => (said += text.toString()))
      const url = await address(child)
      const counted = async () => {
        const text = await (await fetch(`${url}/metrics`)).text()
        const count =
          /_count\{method="GET",route="\/v1\/users\/:user\/recommendations",status="200"\} (\d+)/.exec(text)
        return { text, count: Number(count?.[1]) }
      }
      // a connection each, so that both workers have some
      for (let n = 0; n < 10; n++)
        await fetch(`${url}/v1/users/ann/recommendations`, { headers: { connection: 'close' } })
      const { text, count } = await counted()
      expect(count).toBe(10)
      expect(text).toMatch(/\nrecdistill_bundle_users 2\n/)
      const pids = workersOf(child.pid!)
      expect(pids).toHaveLength(2)
      process.kill(pids[0], 'SIGKILL')
      const deadline = Date.now() + 20_000
      while (workersOf(child.pid!).filter((pid) => pid !== pids[0]).length < 2 && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 100))
      expect(said).toMatch(/a worker ended \(SIGKILL\); starting another/)
      expect((await ask(`${url}/v1/items/emma/similar?k=1`)).items).toEqual([
        expect.objectContaining({ item: 'persuasion' }),
      ])
      child.kill('SIGTERM')
      expect(await end).toEqual([0, null])
      expect(workersOf(child.pid!)).toEqual([])
    },
  )
})

/** Linux alone tells the children of a process without another program. */
function workersOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
