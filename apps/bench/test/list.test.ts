import { expect, test } from 'vitest'
import { run } from './run.ts'

test('data sets that are divided alike are listed with their splits once, and the default is said', async () => {
  const { stdout, code } = await run(['list', 'datasets'])
  expect(code).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  const of = (prefix: string) => lines.filter((text) => text.startsWith(prefix)).length
  expect(of('amazon-2023:')).toBeGreaterThan(30)
  const last = lines.findLastIndex((text) => text.startsWith('amazon-2023:'))
  const first = lines.findIndex((text) => text.startsWith('amazon-2023:'))
  expect(last - first + 1).toBe(of('amazon-2023:'))
  expect(lines[last + 1]).toMatch(/^ +--split random \(default\): /)
  const json = JSON.parse((await run(['list', 'datasets', '--json'])).stdout) as { splits: unknown[] }[]
  expect(json.every(({ splits }) => splits.length > 0)).toBe(true)
})
