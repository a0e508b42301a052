import {
  chosenSheet,
  compressHtml,
  compressMarkdown,
  frontSheet,
  targetInWords,
  type Chosen,
  type CompressResult,
} from '@recdistill/compress'
import { sheetText } from '@recdistill/report'
import { line, type Io } from '../io.ts'
import { duration } from '../progress/format.ts'
import { foldersAt } from '../run/run-folder.ts'
import { quoted } from '../shown-path.ts'
import { program } from '../program.ts'

/** The result and what people read, which is made from it alone. */
export function writeResults(folder: string, result: CompressResult): void {
  const files = foldersAt(folder)
  files.write('results.json', JSON.stringify(result, null, 1) + '\n')
  files.write('report.html', compressHtml(result))
  files.write('report.md', compressMarkdown(result))
}

/** What a person sees at the end. */
export function tell(
  result: CompressResult,
  { meets }: Chosen,
  { io, json, place }: { io: Io; json: boolean; place: string },
): void {
  const color = io.stdout.isTTY === true
  const { target } = result
  if (json) io.stdout.write(JSON.stringify(result) + '\n')
  else {
    line(io.stdout, sheetText(chosenSheet(result), { color }))
    line(io.stdout, `\n${sheetText(frontSheet(result), { color })}\n`)
  }
  const out = json ? io.stderr : io.stdout
  if (!meets)
    line(out, `the target was not met (${targetInWords(target)}): this is the best student that was found`)
  line(out, `took ${duration(result.seconds)}; report: ${place}/report.html`)
  line(out, `to deploy it: ${program} export ${quoted(place)} --to bundle`)
}
