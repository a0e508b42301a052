import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
const cli = join(root, 'apps', 'bench', 'dist', 'cli.js')

/** The built command line as a process of its own, on a free port. */
export async function startService(bundle, { workers }) {
  const argv = [cli, 'serve', bundle, '--port', '0', '--workers', String(workers), '--request-seconds', '60']
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(child, 'close')
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  while (!said.includes('serving ')) {
    if (child.exitCode !== null) throw new Error(`the service ended: ${said}`)
    await Promise.race([once(child.stderr, 'data'), closed])
  }
  const [line, url] = /serving .* at (http:\S+), .*\n/.exec(said)
  said = said.slice(line.length)
  return {
    url,
    memoryMiB: () => residentMiB(child.pid),
    async stop() {
      child.kill('SIGTERM')
      const [code] = await closed
      return { code, complaints: said.replace('stopping: requests under way are finished\n', '').trim() }
    },
  }
}

/** Of a process and its children. */
function residentMiB(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  const kib = [pid, ...children].map((one) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one}/status`, 'utf8'))[1]),
  )
  return Math.round(kib.reduce((sum, one) => sum + one, 0) / 1024)
}
