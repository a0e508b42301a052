import { spawn } from 'node:child_process'
import { root } from './root.mjs'

/** A phase that failed; its message says all there is to say. */
export class PhaseError extends Error {
  /** @param {string} message @param {number} exitCode */
  constructor(message, exitCode) {
    super(message)
    this.exitCode = exitCode
  }
}

/** Phases shorter than this are not worth a line. */
const QUIET_MILLISECONDS = 1500

/**
 * Runs a command quietly: one line while and after it works, its whole output when it fails.
 *
 * @param {string} title What happens, e.g. `building`.
 * @param {{ file: string, args: string[], env: NodeJS.ProcessEnv }} command
 * @param {{ advice?: (log: string) => string, slow?: boolean }} [options] `advice` ends the message of a failure; `slow` announces the phase at once.
 * @returns {Promise<string>} What the command printed.
 * @throws PhaseError when it cannot start or exits with anything but 0.
 */
export async function phase(title, command, { advice = () => '', slow = false } = {}) {
  const started = performance.now()
  let announced = false
  const announce = () => {
    announced = true
    process.stderr.write(`${title} ... `)
  }
  const timer = setTimeout(announce, slow ? 0 : QUIET_MILLISECONDS)
  const { code, signal, output } = await capture(command)
  clearTimeout(timer)

  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (code === 0) {
    if (announced) process.stderr.write(`${seconds} s\n`)
    return output
  }
  if (!announced) announce()
  process.stderr.write(signal === null ? `failed after ${seconds} s\n` : `stopped by ${signal}\n`)
  if (signal !== null)
    throw new PhaseError(`recdistill: ${title} was stopped`, signal === 'SIGINT' ? 130 : 143)
  throw new PhaseError([output.trimEnd(), advice(output)].filter(Boolean).join('\n'), code || 1)
}

/**
 * @param {{ file: string, args: string[], env: NodeJS.ProcessEnv }} command
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, output: string }>}
 */
function capture({ file, args, env }) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    /** @type {Buffer[]} */
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    /** @type {NodeJS.Signals | null} */
    let received = null
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      received = signal
      child.kill(signal)
    }
    /** @type {NodeJS.Signals[]} */
    const passed = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of passed) process.on(signal, pass)
    const end = (/** @type {number | null} */ code, /** @type {string} */ extra) => {
      for (const signal of passed) process.off(signal, pass)
      resolve({ code, signal: received, output: Buffer.concat(chunks).toString('utf8') + extra })
    }
    child.on('error', (error) => end(1, `${file}: ${error.message}`))
    child.on('close', (code) => end(code, ''))
  })
}
