import { asBytes, asChange, asFactor, asMetric, asPercent } from '../numbers.ts'
import { html, type Markup } from './markup.ts'
import type { ReportContext } from './report-context.ts'

/** The answer first: the best distilled student on the metric that chose the models. */
export function tiles({ rows, teacher, scratchOf, headline, result }: ReportContext): Markup | null {
  const select = headline.includes(result.protocol.select) ? result.protocol.select : headline[0]
  const distilled = rows.filter((row) => row.role === 'distilled' && select in row.test)
  if (distilled.length === 0) return null
  const best = distilled.reduce((a, b) => (b.test[select].mean > a.test[select].mean ? b : a))
  const scratch = scratchOf(best)
  const { mean, gap } = best.test[select]
  const faster =
    teacher?.usersPerSecond && best.usersPerSecond ? best.usersPerSecond / teacher.usersPerSecond : null
  const before = scratch?.test[select]
  return html`<div class="tiles">
    ${tile(asMetric(mean), `${select} of ${best.label}, the best distilled student`)}
    ${gap !== null && tile(asPercent(gap), `of the gap between ${scratch?.label} and ${teacher?.label} recovered`)}
    ${
      before &&
      before.mean > 0 &&
      tile(asChange(mean / before.mean - 1), `${select} against the same student from scratch`)
    }
    ${
      best.compression !== null &&
      tile(
        asFactor(best.compression),
        `smaller than the teacher: ${asBytes(best.bytes)} for ${asBytes(teacher!.bytes)}`,
      )
    }
    ${faster !== null && tile(asFactor(faster), 'the ranking speed of the teacher')}
  </div>`
}

export function tile(value: string, text: string): Markup {
  return html`<div class="tile"><b>${value}</b><span>${text}</span></div>`
}
