import type { RunResult } from '@recdistill/core'
import { asMarkup, type Markup } from './markup.ts'

/**
 * The result inside the page, for whoever wants to compute with it: `JSON.parse` of the element with the id `result`.
 * Per-user values are rounded to six decimals. No value can end the element, for `<` is spelled `\u003c`.
 */
export function embeddedResult(result: RunResult): Markup {
  return embeddedJson({ ...result, models: result.models.map(rounded) })
}

/** Any value inside a page. */
export function embeddedJson(value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return asMarkup(`<script type="application/json" id="result">${text}</script>`)
}

function rounded(model: RunResult['models'][number]): RunResult['models'][number] {
  if (model.perUser === null) return model
  const perUser = Object.entries(model.perUser).map(([key, values]) => [
    key,
    Array.from(values, (value) => Math.round(value * 1e6) / 1e6),
  ])
  return { ...model, perUser: Object.fromEntries(perUser) as Record<string, number[]> }
}

/** All the script there is: hands the embedded result over as a file. */
export const downloadScript = `document.getElementById('download').addEventListener('click', () => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([document.getElementById('result').textContent], { type: 'application/json' }))
  link.download = 'results.json'
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
})`
