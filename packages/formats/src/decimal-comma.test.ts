import { expect, test } from 'vitest'
import { commaNumber, decimalComma, literal, withDatabase } from './database.ts'

const told = (texts: readonly (string | null)[]) =>
  withDatabase(async (connection) => {
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
    const values = texts.map((text) => `(${text === null ? 'NULL' : literal(text)})`).join(', ')
    await rows(`CREATE TABLE t AS SELECT * FROM (VALUES ${values}) AS v(x)`)
    const kind = await decimalComma(rows, { table: 't', text: 'x' })
    return [kind, ...(await rows(`SELECT ${commaNumber('x')} FROM t`)).map(([value]) => value)]
  })

test('numbers with a decimal comma are told, whole ones among them too', async () => {
  expect(await told(['4,5', '3', ' -0,25 ', ',5', '1,5e-3'])).toEqual(['yes', 4.5, 3, -0.25, 0.5, 0.0015])
})

test('a comma that may separate thousands is unclear until one cannot', async () => {
  expect((await told(['1,234', '12', '999,000']))[0]).toBe('unclear')
  expect((await told(['1,234', '4,5']))[0]).toBe('yes')
  expect((await told(['0,125']))[0]).toBe('yes') // thousands do not start with 0
  expect((await told(['1234,125']))[0]).toBe('yes') // they would be grouped
})

test('columns without commas, with points, gaps or other texts are not of this kind', async () => {
  expect((await told(['4', '5']))[0]).toBe('no')
  expect(await told(['4,5', '4.5', '1.234,5'])).toEqual(['no', 4.5, null, null])
  expect((await told(['4,5', null]))[0]).toBe('no')
  expect((await told(['4,5', '']))[0]).toBe('no')
  expect(await told(['4,5', 'good', '1,2,3', '4,'])).toEqual(['no', 4.5, null, null, null])
})
