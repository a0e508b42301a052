import { spawnSync } from 'node:child_process'

/** The first Python that has NumPy, or why there is none. */
export const python: { command: string } | { missing: string } = find()

function find() {
  for (const command of ['python3', '/usr/bin/python3', 'python']) {
    const { status } = spawnSync(command, ['-c', 'import numpy'], { stdio: 'ignore' })
    if (status === 0) return { command }
  }
  return { missing: 'no Python with NumPy on this machine' }
}

/** What a script prints, as JSON. Its arguments are in `sys.argv[1:]`. */
export function runPython(script: string, ...args: string[]): unknown {
  if ('missing' in python) throw new Error(python.missing)
  const { status, stdout, stderr } = spawnSync(python.command, ['-c', script, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
