import { Command } from 'commander'
import pc from 'picocolors'
import { diagnose } from '../doctor/diagnose.ts'
import type { Finding } from '../doctor/finding.ts'
import { line, type Io } from '../io.ts'

export function doctorCommand(io: Io, done: (code: number) => void): Command {
  return new Command('doctor')
    .description('Checks this machine: what runs, how fast it may be, what is missing and how to get it.')
    .option('--cache <folder>', 'folder whose writability is checked')
    .option('--json', 'as JSON')
    .action(async (flags: { cache?: string; json?: boolean }) => {
      const findings = await diagnose({ cache: flags.cache ?? null, env: io.env })
      if (flags.json === true) line(io.stdout, JSON.stringify({ findings }, null, 2))
      else for (const finding of findings) print(finding, io)
      done(findings.some(({ status }) => status === 'failed') ? 1 : 0)
    })
}

function print({ name, status, value, advice }: Finding, io: Io): void {
  const colour = pc.createColors(io.stdout.isTTY === true && pc.isColorSupported)
  const mark = {
    ok: colour.green('ok     '),
    optional: colour.dim('absent '),
    warning: colour.yellow('warning'),
    failed: colour.red('FAILED '),
  }[status]
  line(io.stdout, `${mark}  ${name.padEnd(18)} ${value}`)
  if (advice !== undefined) line(io.stdout, `${' '.repeat(28)}${colour.dim(advice)}`)
}
