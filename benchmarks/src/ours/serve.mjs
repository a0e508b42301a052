// Answers the harness as a peer does: one JSON request a line on standard input, one JSON answer a line on standard output.
import { createInterface } from 'node:readline'
import { createEngine } from '@recdistill/engine'
import { prepareTensors } from '@recdistill/tensor'
import { prepareWorld } from './prepare.mjs'
import { openWork } from './work.mjs'

let engine
let work
const answers = {
  hello({ threads, simd }) {
    engine = createEngine({ threads, simd: simd ?? 'auto', warn: (line) => console.error(line) })
    return { version: process.version, threads: engine.threads, simd: engine.simd }
  },
  prepare: ({ scenario, folder, data }) => prepareWorld(engine, scenario, { folder, data }),
  async load({ scenario, folder }) {
    await prepareTensors({ threads: engine.threads })
    work?.dispose()
    work = await openWork(engine, scenario, folder)
    return {}
  },
  check: () => work.check(),
  run: () => work.run(),
  quit() {
    work?.dispose()
    engine?.dispose()
    process.exit(0)
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { op, ...request } = JSON.parse(line)
  const answer = await answers[op](request)
  console.log(JSON.stringify({ ...answer, peakKiB: process.resourceUsage().maxRSS }))
}
answers.quit()
