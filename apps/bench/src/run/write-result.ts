import type { RunResult } from '@recdistill/core'
import { compareModels } from '@recdistill/metrics/significance'
import {
  htmlReport,
  markdownTable,
  referenceSheet,
  settingsTriedSheets,
  sheetMarkdown,
  significanceSheet,
  type Sheet,
} from '@recdistill/report'
import type { RunFolder } from './run-folder.ts'

/**
 * The result and what people read, which is made from it alone.
 * @returns What stands below the table in a terminal: published numbers, and significance on what the protocol selects by, of each model
 * against the student alone and of the best against those closest to it.
 */
export function writeResult(folder: RunFolder, result: RunResult): readonly Sheet[] {
  const { select, ks } = result.protocol
  const metrics = [...new Set([select, ...ks.map((k) => `recall@${k}`)])]
  const significance = compareModels(result.models, { metrics })
  folder.write('results.json', JSON.stringify(result, null, 1) + '\n')
  folder.write('report.html', htmlReport(result, { significance }))
  const reference = referenceSheet(result)
  const present = (sheets: readonly (Sheet | null)[]) => sheets.filter((sheet) => sheet !== null)
  const tests = significanceSheet(significance, metrics)
  folder.write(
    'report.md',
    markdown(result, [...present([reference, tests]), ...settingsTriedSheets(result)]),
  )
  const always = ({ b }: { readonly b: string }) => b === 'scratch'
  return present([reference, significanceSheet(significance, [select], { most: 6, always })])
}

function markdown(result: RunResult, sheets: readonly Sheet[]): string {
  const { split, protocol, machine, version } = result
  const { counts } = split
  return [
    `# ${split.dataset}, protocol ${protocol.name}`,
    '',
    markdownTable(result),
    '',
    `${counts.users} users, ${counts.items} items, ${counts.train} / ${counts.valid} / ${counts.test} interactions, split ${split.hash.slice(0, 12)}.`,
    `recdistill ${version}, ${machine.cpu}, ${machine.engine.threads} ${machine.engine.threads === 1 ? 'thread' : 'threads'}, node ${machine.node}.`,
    '',
    ...sheets.map((sheet) => sheetMarkdown(sheet)),
  ].join('\n')
}
