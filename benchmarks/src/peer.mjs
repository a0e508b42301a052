import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A process that answers one JSON request a line: a contender. Errors it prints are shown and end the run. */
export function openPeer(command, args, { env = {}, cwd } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const failed = new Promise((_, reject) => child.once('error', reject))
  failed.catch(() => {})
  return {
    async ask(op, rest = {}) {
      child.stdin.write(`${JSON.stringify({ op, ...rest })}\n`)
      const { value, done } = await Promise.race([lines.next(), failed])
      if (done) throw new Error(`${command} ended while asked to ${op}`)
      return JSON.parse(value)
    },
    close() {
      child.stdin.end()
    },
  }
}

/** The allocator's defaults give every large buffer back at once, which costs PyTorch a factor of 2 to 3 at d = 400. */
export const tunedAllocator = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: String(16 * 2 ** 30),
  MALLOC_TOP_PAD_: String(256 * 2 ** 20),
}
