import { InputError } from '@recdistill/plugin'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadMethod, methodNames, methods, rrd } from '../index.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'recdistill-methods-'))
  const plain = `{
    name: 'mine', paper: { title: 't', venue: 'v' }, params: { safeParse() {}, _zod: { def: { type: 'object' } } }, over: 'users',
    defaults: { lambda: 1, weightDecay: 0 }, lists() {}, loss() {},
  }`
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('mine.mjs', `export default ${plain}`)
  write('named.mjs', `export const mine = ${plain}`)
  write('empty.mjs', '')
  write('number.mjs', 'export default 5')
  write('no-loss.mjs', `export default { ...${plain}, loss: undefined }`)
  write('no-params.mjs', `export default { ...${plain}, params: { K: 5 } }`)
  write('zod-3.mjs', `export default { ...${plain}, params: { safeParse() {}, _def: {} } }`)
  write('no-paper.mjs', `export default { ...${plain}, paper: 'mine' }`)
  write('no-over.mjs', `export default { ...${plain}, over: 'items' }`)
  write('no-defaults.mjs', `export default { ...${plain}, defaults: {} }`)
  write('broken.mjs', 'export default {{{')
  write('throws.mjs', "throw new Error('no licence\\nsecond line')")
  write('folder/readme.txt', '')
  const pack = (name: string, manifest: object, file = 'index.js') => {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', ...manifest }))
    write(`node_modules/${name}/${file}`, `export default ${plain}`)
  }
  pack('kd-main', { main: 'index.js' })
  pack('@scope/kd', { exports: { '.': { types: './x.d.ts', import: './lib/a.js' } } }, 'lib/a.js')
  pack('recdistill-method-soft', { main: 'index.js' })
  pack('kd-sub', { exports: { './deep': { node: { default: './b.js' } } } }, 'b.js')
})
afterAll(() => rmSync(folder, { recursive: true }))

const refusal = async (name: string) => {
  const error: unknown = await loadMethod(name, { from: folder }).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(InputError)
  expect((error as Error).message).not.toContain('\n')
  return (error as Error).message.replaceAll(folder, '~')
}

test('every file beside the index is a method of that name, and there are no others', () => {
  const files = readdirSync(new URL('..', import.meta.url)).filter((file) => /^[a-z-]+\.ts$/.test(file))
  const names = files.map((file) => file.slice(0, -3)).filter((name) => name !== 'index')
  expect(methods.map(({ name }) => name)).toEqual(names.sort())
  expect(methodNames()).toEqual(names)
  expect(names).toEqual(expect.arrayContaining(['rce-kd', 'rrd', 'vanilla-ce']))
})

test('a method of the catalogue is found by name', async () => {
  expect(await loadMethod('rrd')).toBe(rrd)
})

test.each(['./mine.mjs', 'mine.mjs', 'kd-main', '@scope/kd', 'kd-sub/deep'])('%s is found', async (name) => {
  expect((await loadMethod(name, { from: folder })).name).toBe('mine')
})

test.each([
  ['rrrd', /^unknown method "rrrd"; did you mean "rrd"\? there are .*rce-kd, .*vanilla-ce.*npm package/],
  ['soft', /^unknown method "soft"; did you mean "recdistill-method-soft"\? there are /],
  ['quite-other', /^unknown method "quite-other"; there are /],
  ['./none.mjs', 'method ./none.mjs: no such file (~/none.mjs)'],
  ['./folder', 'method ./folder: expected a file, got a folder; name the file, e.g. ./folder/index.js'],
  ['./named.mjs', /^method \.\/named\.mjs: expected a default export, got only mine; write export default/],
  ['./empty.mjs', /^method \.\/empty\.mjs: expected a default export, got none/],
  ['./number.mjs', /^\.\/number\.mjs: expected its default export to be defineMethod\(.*got number/],
  ['./no-loss.mjs', /not a method: loss is not a function/],
  ['./no-params.mjs', /not a method: params is not an object of zod 4/],
  ['./zod-3.mjs', /not a method: params is not an object of zod 4/],
  ['./no-paper.mjs', /not a method: paper does not hold the texts title and venue/],
  ['./no-over.mjs', /not a method: over is neither "pairs" nor "users"/],
  ['./no-defaults.mjs', /not a method: defaults does not hold/],
  ['./broken.mjs', /^method \.\/broken\.mjs: loading it failed: /],
  ['./throws.mjs', 'method ./throws.mjs: loading it failed: no licence'],
  ['kd-sub', /^kd-sub: the package in ~\/node_modules\/kd-sub has no entry for it/],
])('%s is refused', async (name, message) => {
  if (typeof message === 'string') expect(await refusal(name)).toBe(message)
  else expect(await refusal(name)).toMatch(message)
})
