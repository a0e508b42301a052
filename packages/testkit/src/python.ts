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

/** What a script prints on its last line, as JSON. Its arguments are in `sys.argv[1:]`. */
export function runPython(
  script: string,
  { args = [], folder }: { readonly args?: readonly string[]; readonly folder?: string } = {},
): unknown {
  if ('missing' in python) throw new Error(python.missing)
  const options = { encoding: 'utf8', ...(folder === undefined ? {} : { cwd: folder }) } as const
  const { status, stdout, stderr } = spawnSync(python.command, ['-c', script, ...args], options)
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
}
