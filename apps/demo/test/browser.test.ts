import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import type { Recommender } from '@recdistill/serve'
import { madeUpTitles } from '../scripts/titles.mjs'
import { findChromium, startChromium } from './chromium.ts'
import { buildSite, type Site } from './site.ts'
import { trainPair } from './world.ts'

const program = findChromium()
const why = 'no Chromium on this machine (Debian: apt-get install chromium; or RECDISTILL_CHROMIUM=PATH)'

/** Kept out of git; for whoever wants to see what the tests saw. */
const screenshots = fileURLToPath(new URL('../screenshots', import.meta.url))

const titles = madeUpTitles('quick')
const users = 1000
const k = 20

describe('in Chromium', () => {
  let pair: Awaited<ReturnType<typeof trainPair>>
  let site: Site
  let browser: Browser
  let page: Page
  let complaints: string[]
  let foreign: string[]

  beforeAll(async () => {
    if (program === null) return
    pair = await trainPair({ users, k })
    site = await buildSite({
      'bundles/teacher.recdistill': pair.teacher,
      'bundles/student.recdistill': pair.student,
      'bundles/int8.recdistill': pair.studentInt8,
      'bundles/cut.recdistill': pair.student.subarray(0, pair.student.length - 100),
      'bundles/altered.recdistill': altered(pair.student, pair.student.length - 2000),
      'bundles/later.recdistill': altered(pair.student, 8),
      'bundles/text.recdistill': 'user,item\n1,2\n'.repeat(100),
      'bundles/titles.json': JSON.stringify(titles),
      'titles.json': JSON.stringify({ 17: 'Seventeen', 3: '<img src=x onerror=alert(1)>' }),
    })
    browser = await startChromium(program)
    mkdirSync(screenshots, { recursive: true })
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  beforeEach(async ({ skip }) => {
    if (program === null) skip(why)
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    complaints = []
    foreign = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(site.url) && !request.url().startsWith('data:'))
        foreign.push(request.url())
    })
  })

  afterEach(async () => {
    await page?.close()
  })

  async function open(query = ''): Promise<void> {
    await page.goto(`${site.url}${query}`)
    await page.waitForSelector('html[data-ready=yes]')
  }

  const itemsOf = (where: string) =>
    page.$$eval(`${where} li[data-item]`, (rows) => rows.map((row) => (row as HTMLElement).dataset.item!))

  test('the student gives the top 20 of the trainer for 1,000 users, to the last bit', async () => {
    await open()
    const found = await page.evaluate(
      ([users, k]) => {
        const { student } = (globalThis as unknown as { recdistill: { student: Recommender } }).recdistill
        const items: number[] = []
        const scores: number[] = []
        for (let user = 0; user < users; user++)
          for (const { item, score } of student.recommend(user, { k })) {
            items.push(Number(item))
            scores.push(score)
          }
        return { items, scores, simd: student.info.simd }
      },
      [users, k] as const,
    )
    console.log(`kernels in the browser: ${found.simd}`)
    expect(found.items).toHaveLength(users * k)
    expect(Uint32Array.from(found.items)).toEqual(pair.expected.items)
    const bits = (scores: Float32Array) => new Uint32Array(scores.buffer, scores.byteOffset, scores.length)
    expect(found.scores.every((score) => score === Math.fround(score))).toBe(true)
    expect(bits(Float32Array.from(found.scores))).toEqual(bits(pair.expected.scores))
  })

  test('history and both lists of a user, with what differs', async () => {
    await open('?user=7')
    expect(complaints).toEqual([])
    expect(foreign).toEqual([])
    expect(await page.inputValue('#user')).toBe('7')
    expect(await page.textContent('#history-title')).toMatch(/^History: \d+ items$/)
    expect(await page.$$('#history .chip')).not.toHaveLength(0)
    const teacher = await itemsOf('#recommendations [data-role=teacher]')
    const student = await itemsOf('#recommendations [data-role=student]')
    expect([teacher.length, student.length]).toEqual([k, k])
    const shared = teacher.filter((item) => student.includes(item)).length
    expect(await page.textContent('#agreement')).toBe(`${shared} of ${k} are in both lists.`)
    const only = await page.$$eval('#recommendations [data-role=student] li[data-kind=only]', (rows) =>
      rows.map((row) => (row as HTMLElement).dataset.item!),
    )
    expect(only).toEqual(student.filter((item) => !teacher.includes(item)))
    expect(student.map(Number)).toEqual([...pair.expected.items.subarray(7 * k, 8 * k)])
    await page.screenshot({ path: join(screenshots, 'lists.png'), fullPage: true })
  })

  test('size at once, latency measured over many calls', async () => {
    await open()
    await page.waitForFunction(() =>
      /as long for a list/.test(document.getElementById('ratio')!.textContent!),
    )
    for (const [role, bytes] of [
      ['teacher', pair.teacher.length],
      ['student', pair.student.length],
    ] as const) {
      const size = await page.textContent(`article[data-role=${role}] [data-fact=size]`)
      expect(size).toBe(`${Number((bytes / 1024).toPrecision(3))} KiB`)
      const latency = await page.textContent(`article[data-role=${role}] [data-fact=latency]`)
      expect(latency).toMatch(/^[\d.,]+ (µs|ms) \(median of [\d,]+\)$/)
    }
    const ratio = Number((pair.teacher.length / pair.student.length).toPrecision(3))
    expect(await page.textContent('#ratio')).toMatch(`The teacher is ${ratio} times the size of the student`)
  })

  test('another user by name, by the next one, at random, and one that is not there', async () => {
    await open()
    await page.fill('#user', '42')
    await page.press('#user', 'Enter')
    expect(await itemsOf('#recommendations [data-role=student]')).toEqual(
      [...pair.expected.items.subarray(42 * k, 43 * k)].map(String),
    )
    expect(new URL(page.url()).searchParams.get('user')).toBe('42')
    await page.click('#next')
    expect(await page.inputValue('#user')).toBe('43')
    await page.click('#previous')
    await page.click('#previous')
    expect(await page.inputValue('#user')).toBe('41')
    await page.click('#any')
    expect(await page.inputValue('#user')).not.toBe('41')
    await page.fill('#user', 'nobody <b>')
    await page.click('text=Show')
    expect(await page.textContent('#history')).toContain('There is no user "nobody <b>"')
    expect(await page.textContent('#recommendations')).toContain('the bundle has no user "nobody <b>"')
    expect(complaints).toEqual([])
  })

  test('items of the models that the page brings have titles, by which they are found', async () => {
    await open()
    const [, title] = Object.entries(titles)[0]
    expect(await page.getAttribute('#find', 'placeholder')).toBe(`such as ${title}`)
    await page.fill('#find', title)
    expect(await page.textContent('#found .chip')).toBe(`${title}: I like it`)
    expect(await page.textContent('#recommendations [data-role=student] li:first-child .item')).toContain(
      titles[pair.expected.items[0]],
    )
    await open('?student=bundles/int8.recdistill')
    expect(await page.getAttribute('#find', 'placeholder')).toBe('such as 0')
  })

  test('a list of another length', async () => {
    await open()
    await page.selectOption('#length', '50')
    expect(await itemsOf('#recommendations [data-role=teacher]')).toHaveLength(50)
    await page.reload()
    await page.waitForSelector('html[data-ready=yes]')
    expect(await itemsOf('#recommendations [data-role=teacher]')).toHaveLength(50)
  })

  test('a visitor picks items and gets recommendations on the spot', async () => {
    await open()
    await page.fill('#find', '12')
    const offered = await page.$$eval('#found .chip', (chips) =>
      chips.map((chip) => (chip as HTMLElement).dataset.item!),
    )
    expect(offered[0]).toBe('12')
    await page.click('#found .chip[data-item="12"]')
    await page.click('#found .chip[data-item="120"]')
    const student = await itemsOf('#suggestions [data-role=student]')
    expect(student).toHaveLength(k)
    expect(student).not.toContain('12')
    expect(student).toEqual(
      await page.evaluate(
        (k) =>
          (globalThis as unknown as { recdistill: { student: Recommender } }).recdistill.student
            .recommendFor(['12', '120'], { k })
            .map(({ item }) => item),
        k,
      ),
    )
    expect(await page.textContent('#taste-agreement')).toMatch(/of 20 are in both lists/)
    await page.screenshot({ path: join(screenshots, 'for-you.png'), fullPage: true })
    await page.click('#picked .chip[data-item="12"]')
    expect(await itemsOf('#suggestions [data-role=student]')).not.toEqual(student)
    await page.click('#clear')
    expect(await itemsOf('#suggestions')).toEqual([])
    await page.click('#surprise')
    expect(await page.$$('#picked .chip')).toHaveLength(3)
    expect(await itemsOf('#suggestions [data-role=teacher]')).toHaveLength(k)
    await page.fill('#find', 'zebra')
    expect(await page.textContent('#found')).toBe('There is no item like "zebra".')
    expect(complaints).toEqual([])
  })

  test('items like an item, at the press of it', async () => {
    await open('?user=7')
    const [first] = await itemsOf('#recommendations [data-role=student]')
    await page.click('#recommendations [data-role=student] li:first-child .item')
    expect(await page.textContent('#similar-title')).toBe(`Like ${titles[first]}`)
    expect(await itemsOf('#similar-lists [data-role=teacher]')).toHaveLength(10)
    expect(await itemsOf('#similar-lists')).not.toContain(first)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('similar')
  })

  test('all of it by keyboard', async () => {
    await open()
    await page.focus('#find')
    await page.keyboard.type('33')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('chip')
    await page.keyboard.press('Enter')
    expect(await page.$$('#picked .chip')).toHaveLength(1)
  })

  test.each([
    ['cut', /cut short|shorter|truncated/],
    ['altered', /altered|damaged|checksum|changed/],
    ['later', /format \d+, this version reads 1/],
    ['text', /not a .*bundle|no .*bundle/],
    ['missing', /404|not a .*bundle|no .*bundle/],
  ])('a bundle that is %s is refused in words, and the other model goes on', async (name, says) => {
    await open(`?student=bundles/${name}.recdistill&user=7`)
    const refusal = await page.textContent('article[data-role=student] [role=alert]')
    expect(refusal).toMatch(new RegExp(`bundles/${name}\\.recdistill`))
    expect(refusal).toMatch(says)
    expect(await itemsOf('#recommendations [data-role=teacher]')).toHaveLength(k)
    expect(await page.textContent('#recommendations [data-role=student]')).toContain('There is no model.')
    if (name === 'cut') await page.screenshot({ path: join(screenshots, 'refused.png') })
  })

  test('a file from the disk takes the place of a model, a damaged one is refused', async () => {
    await open('?user=7')
    const before = await itemsOf('#recommendations [data-role=teacher]')
    const file = (buffer: Uint8Array) => ({
      name: 'mine.recdistill',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(buffer),
    })
    await page.setInputFiles('article[data-role=student] input', file(pair.teacher))
    await page.waitForFunction(() => /20 of 20/.test(document.getElementById('agreement')!.textContent!))
    // Its items may be others, so titles of the page's own are gone.
    expect(await page.getAttribute('#find', 'placeholder')).toBe('such as 0')
    expect(await itemsOf('#recommendations [data-role=student]')).toEqual(before)
    await page.setInputFiles('article[data-role=student] input', file(pair.student.subarray(0, 5000)))
    await page.waitForSelector('article[data-role=student] [role=alert]')
    expect(await page.textContent('article[data-role=student] [role=alert]')).toContain('mine.recdistill')
    expect(complaints).toEqual([])
  })

  test.each(['bundles/student.recdistill', 'bundles/titles.json'])(
    'a file stays where %s, asked for before, arrives after it',
    async (slow) => {
      let release = () => undefined as void
      const held = new Promise<void>((resolve) => (release = resolve))
      await page.route(`**/${slow}`, async (route) => {
        await held
        await route.continue()
      })
      const asked = page.waitForRequest(`**/${slow}`)
      await page.goto(site.url)
      await asked
      await page.setInputFiles('article[data-role=student] input', {
        name: 'mine.recdistill',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(pair.studentInt8),
      })
      await page.waitForSelector('article[data-role=student] [data-fact=size]')
      release()
      await page.waitForSelector('html[data-ready=yes]')
      expect(await page.textContent('article[data-role=student]')).toContain('8 × int8')
    },
  )

  test('a file that is dropped on a card', async () => {
    await open()
    const transfer = await page.evaluateHandle(
      (bytes) => {
        const transfer = new DataTransfer()
        transfer.items.add(new File([Uint8Array.from(bytes)], 'dropped.recdistill'))
        return transfer
      },
      [...pair.student.subarray(0, 300)],
    )
    await page.dispatchEvent('article[data-role=teacher]', 'drop', { dataTransfer: transfer })
    await page.waitForSelector('article[data-role=teacher] [role=alert]')
    expect(await page.textContent('article[data-role=teacher] [role=alert]')).toContain('dropped.recdistill')
  })

  test.each(['bundles/text.recdistill', 'none.json'])(
    'titles that cannot be had from %s are told for good',
    async (address) => {
      await open(`?titles=${address}`)
      await page.waitForFunction(() => /as long/.test(document.getElementById('ratio')!.textContent!))
      expect(await page.textContent('#ratio + p')).toMatch(/^titles: http.*(expected a JSON object|404)/)
    },
  )

  test('a student in int8, and titles in place of ids, which are never read as HTML', async () => {
    await open('?student=bundles/int8.recdistill&titles=titles.json')
    expect(await page.textContent('article[data-role=student]')).toContain('8 × int8')
    await page.fill('#find', 'sevent')
    expect(await page.textContent('#found .chip[data-item="17"]')).toMatch(/^Seventeen/)
    await page.fill('#find', 'onerror')
    await page.click('#found .chip')
    expect(await page.textContent('#picked .chip')).toContain('<img src=x onerror=alert(1)>')
    expect(await page.$('#picked img')).toBe(null)
    expect([complaints, foreign]).toEqual([[], []])
  })

  test.each([
    ['wide', 1280, 'light'],
    ['phone', 360, 'light'],
    ['phone at night', 360, 'dark'],
  ] as const)('%s: nothing is cut off, and axe finds no barrier', async (name, width, colorScheme) => {
    await page.setViewportSize({ width, height: 740 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await open('?user=7')
    await page.click('#surprise')
    await page.click('#recommendations [data-role=student] li:first-child .item')
    const [needed, given] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ])
    expect(needed).toBeLessThanOrEqual(given)
    await page.waitForFunction(() => /as long/.test(document.getElementById('ratio')!.textContent!))
    await page.screenshot({ path: join(screenshots, `${name.replaceAll(' ', '-')}.png`), fullPage: true })
    // past the policy of the page, as a visitor's own extension would be
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    await page.evaluate(axe)
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
      interface Violation {
        readonly id: string
        readonly nodes: readonly { readonly html: string }[]
      }
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)
    })
    expect(violations).toEqual([])
    writeFileSync(join(screenshots, 'README.txt'), 'Made by the tests of apps/demo.\n')
  })
})

function altered(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] ^= 2
  return copy
}
