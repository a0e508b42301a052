import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CompressResult } from '@recdistill/compress'
import { expect, test } from 'vitest'
import { writeFactorFiles } from '../examples/factor-files.mjs'
import { ended, freshFolder, runBinary, start } from './run.ts'
import { read, search } from './compress-run.ts'

const guide = readFileSync(
  fileURLToPath(new URL('../../../docs/guides/compress.md', import.meta.url)),
  'utf8',
)

test(
  'the five commands of the guide, on less data: files of another library become a service',
  { timeout: 600_000 },
  async () => {
    const section = guide.slice(guide.indexOf('## Five commands'))
    const [, block] = /```sh\n(.*?)```/s.exec(section)!
    const lines = block.replaceAll('\\\n', ' ').trim().split('\n')
    expect(lines).toHaveLength(5)
    const [build, script, ...rest] = lines
    expect(build).toBe('npm run build')
    const at = freshFolder()
    const files = join(at, 'teacher-files')
    const [, , folder, dataset] = script.split(' ')
    expect([folder, dataset]).toEqual(['teacher-files', 'synthetic:quick'])
    await writeFactorFiles(files, 'synthetic:tiny')
    const program = 'npm run recdistill -- '
    const [compress, exported, served] = rest.map((line) => {
      expect(line.startsWith(program), line).toBe(true)
      return line
        .slice(program.length)
        .split(/\s+/)
        .map((word) => word.replace(/^(teacher-files|runs\/|student\/?)/, (path) => join(at, path)))
        .map((word) => word.replace('synthetic:quick', 'synthetic:tiny'))
    })
    const few = ['--set', 'rrd.K=20', 'rrd.L=40', 'rrd.maxK=60', 'rce-kd.K=20', 'rce-kd.L=20', 'rce-kd.M=60']
    const first = await runBinary([...compress, ...search, '--students', 'mf', '--dims', '8,16', ...few])
    expect([0, 4], first.stderr).toContain(first.code)
    const { chosen, models } = read<CompressResult>(at, 'runs', 'small', 'results.json')
    expect(models[0].kind).toBe('imported vectors')
    expect((await runBinary(exported)).code).toBe(0)
    const service = start([...served, '--port', '0'])
    const end = ended(service)
    const address = await new Promise<string>((resolve) => {
      let words = ''
      const listen = (text: Buffer) => {
        words += text.toString()
        const found = /https?:\/\/[\w.:[\]-]+/.exec(words)
        if (found) resolve(found[0])
      }
      service.stdout?.on('data', listen)
      service.stderr?.on('data', listen)
    })
    const answer = await fetch(`${address}/v1/users/42/recommendations?k=5`)
    expect(answer.status).toBe(200)
    expect(JSON.stringify(await answer.json())).toContain('"item"')
    service.kill('SIGTERM')
    expect((await end).code).toBe(0)
    expect(chosen.bundleBytes).toBeGreaterThan(chosen.bytes)
  },
)
