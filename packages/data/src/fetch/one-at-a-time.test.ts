import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recdistill-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('workers on one path follow each other, on two paths they do not wait', async () => {
  const running = new Map<string, number>()
  let most = 0
  let together = 0
  const work = (name: string) => async () => {
    running.set(name, (running.get(name) ?? 0) + 1)
    most = Math.max(most, ...running.values())
    together = Math.max(
      together,
      [...running.values()].reduce((sum, n) => sum + n, 0),
    )
    await sleep(30)
    running.set(name, running.get(name)! - 1)
  }
  await Promise.all(['a', 'a', 'a', 'b'].map((name) => oneAtATime(join(folder, name), work(name))))
  expect(most).toBe(1)
  expect(together).toBe(2)
})

test('the claim goes when the work is done and when it fails', async () => {
  const path = join(folder, 'x')
  expect(await oneAtATime(path, () => Promise.resolve(existsSync(`${path}.lock`)))).toBe(true)
  await expect(oneAtATime(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(`${path}.lock`)).toBe(false)
})

test('the claim of a killed process is taken over, that of a living one is not', async () => {
  const path = join(folder, 'x')
  mkdirSync(`${path}.lock`)
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(`${path}.lock`, longAgo, longAgo)
  const mine = () => Promise.resolve(42)
  expect(await oneAtATime(path, mine)).toBe(42)

  const order: string[] = []
  const slow = oneAtATime(
    path,
    async () => {
      await sleep(900)
      order.push('first')
    },
    { deadAfter: 0.5 },
  )
  const onWait = () => order.push('waits')
  const next = oneAtATime(path, () => Promise.resolve(order.push('second')), { deadAfter: 0.5, onWait })
  await Promise.all([slow, next])
  expect(order).toEqual(['waits', 'first', 'second'])
})
