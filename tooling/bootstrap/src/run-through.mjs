import { spawn } from 'node:child_process'
import { root } from './root.mjs'

/**
 * Runs a command in the foreground: same terminal, same exit code, same signals.
 *
 * @param {{ args: string[], cwd?: string, env?: NodeJS.ProcessEnv }} command Arguments of node.
 * @returns {Promise<boolean>} Whether it went well; otherwise the exit code is already set.
 */
export function runThrough({ args, cwd = root, env = process.env }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: 'inherit' })
    // A terminal sends Ctrl-C to the child as well, and twice would mean "at once" to it. Without a terminal nobody else does.
    const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      if (signal !== 'SIGINT' || !terminal) child.kill(signal)
    }
    /** @type {NodeJS.Signals[]} */
    const passed = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of passed) process.on(signal, pass)

    child.on('close', (code, signal) => {
      for (const name of passed) process.off(name, pass)
      if (signal !== null) process.kill(process.pid, signal)
      else process.exitCode = code ?? 1
      resolve(code === 0)
    })
    child.on('error', (error) => {
      console.error(`recdistill: cannot start ${process.execPath}: ${error.message}`)
      process.exitCode = 1
      resolve(false)
    })
  })
}
