import type { RunResult } from '@recdistill/core'
import { compareModels, type Comparison } from '@recdistill/metrics/significance'
import { htmlReport, markdownTable } from '@recdistill/report'
import type { RunFolder } from './run-folder.ts'

/** The result and what people read, which is made from it alone. */
export function writeResult(folder: RunFolder, result: RunResult): void {
  const { select, ks } = result.protocol
  const metrics = [...new Set([select, ...ks.map((k) => `recall@${k}`)])]
  const significance = compareModels(result.models, { metrics })
  folder.write('results.json', JSON.stringify(result, null, 1) + '\n')
  folder.write('report.html', htmlReport(result, { significance }))
  folder.write('report.md', markdown(result, significance))
}

function markdown(result: RunResult, significance: readonly Comparison[]): string {
  const { split, protocol, machine, version } = result
  const { counts } = split
  const lines = [
    `# ${split.dataset}, protocol ${protocol.name}`,
    '',
    markdownTable(result),
    '',
    `${counts.users} users, ${counts.items} items, ${counts.train} / ${counts.valid} / ${counts.test} interactions, split ${split.hash.slice(0, 12)}.`,
    `recdistill ${version}, ${machine.cpu}, ${machine.engine.threads} threads, node ${machine.node}.`,
  ]
  if (significance.length > 0) {
    lines.push(
      '',
      '| metric | a | b | over | pairs | mean of a - b | p (t, Holm) |',
      '| --- | --- | --- | --- | ---: | ---: | ---: |',
    )
    for (const { metric, a, b, over, n, difference, t } of significance)
      lines.push(
        `| ${metric} | ${a} | ${b} | ${over} | ${n} | ${difference.toFixed(5)} | ${t.adjusted.toExponential(1)} |`,
      )
  }
  return lines.join('\n') + '\n'
}
