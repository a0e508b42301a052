import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'

/** What a number was measured on. */
export function machineCard() {
  const [{ model }] = cpus()
  return {
    cpu: model,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${platform()} ${release()}`,
    node: process.version,
    loadAverage: loadavg()[0],
    instructions: instructionSets(),
  }
}

/** Commit of the checkout, and whether tracked files differ from it. */
export function revision() {
  const git = (...args) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return {
      commit: git('rev-parse', 'HEAD'),
      modified: git('status', '--porcelain', '--untracked-files=no') !== '',
    }
  } catch {
    return null
  }
}

function instructionSets() {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'latin1'))[1].split(' ')
    return ['avx', 'avx2', 'fma', 'avx512f'].filter((name) => flags.includes(name))
  } catch {
    return null
  }
}
