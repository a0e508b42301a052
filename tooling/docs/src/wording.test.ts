import { expect, test } from 'vitest'
import { filesEndingIn, readText } from './workspace.ts'

const texts = filesEndingIn('.md', '.ts', '.js', '.mjs', '.json', '.yaml', '.yml', '.py', '.html', '/run')
const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b`)

test('nothing is left to do: such notes belong into docs/decisions', () => {
  const found = texts.flatMap((file) =>
    readText(file)
      .split('\n')
      .flatMap((line, at) => (unfinished.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  )
  expect(found).toEqual([])
})

test('decisions are numbered without a gap, each has its four parts and stands in the list', () => {
  const decisions = filesEndingIn('.md').filter((file) => /^docs\/decisions\/\d{4}-/.test(file))
  expect(decisions.map((file) => Number(file.slice('docs/decisions/'.length).slice(0, 4)))).toEqual(
    decisions.map((_, at) => at + 1),
  )
  const incomplete = decisions.filter((file) =>
    ['Question', 'Options', 'Choice', 'How to undo it'].some(
      (part) => !readText(file).includes(`\n## ${part}\n`),
    ),
  )
  expect(incomplete).toEqual([])
  const listed = readText('docs/README.md')
  expect(decisions.filter((file) => !listed.includes(`](${file.slice('docs/'.length)})`))).toEqual([])
})
