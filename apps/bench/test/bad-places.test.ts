import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freshFolder, run, runBinary } from './run.ts'

describe('bad places end in one line, exit code 2 and nothing half-written', () => {
  const bench = (out: string) => [
    'bench',
    '--preset',
    'tiny',
    '--epochs',
    '1',
    '--methods',
    'none',
    '--out',
    out,
  ]

  test('a folder below a file', async () => {
    const at = freshFolder()
    writeFileSync(join(at, 'file'), '')
    const { code, stderr } = await run(bench(join(at, 'file', 'out')))
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1])
    expect(stderr).toMatch(/cannot write .*not a folder/)
    expect(readdirSync(at)).toEqual(['file'])
  })

  test('a folder that is not empty', async () => {
    const at = freshFolder()
    writeFileSync(join(at, 'notes.txt'), '')
    const { code, stderr } = await run(bench(at))
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1])
    expect(stderr).toMatch(/not empty; name a new folder/)
    expect(readdirSync(at)).toEqual(['notes.txt'])
  })

  test('a folder with a run in it', async () => {
    const at = join(freshFolder(), 'our shop')
    mkdirSync(at)
    writeFileSync(join(at, 'config.yaml'), 'epochs: 1\n')
    const { code, stderr } = await run(bench(at))
    expect(code).toBe(2)
    expect(stderr).toContain(`holds a run already; go on with it by "recdistill resume '${at}'", or`)
  })

  test('a cache that cannot be written', async () => {
    const at = freshFolder()
    writeFileSync(join(at, 'file'), '')
    const { code, stderr } = await run([...bench(join(at, 'out')), '--cache', join(at, 'file', 'cache')])
    expect(code).toBe(2)
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /cannot write .*file.cache.*; --cache FOLDER or RECDISTILL_CACHE/,
    )
    expect(existsSync(join(at, 'out', 'results.json'))).toBe(false)
  })

  test('a disk that is full, in the real program', async () => {
    // A limit on the size of files stands for the disk: 8 blocks of 1 KiB hold the configuration and no checkpoint.
    const at = freshFolder()
    mkdirSync(join(at, 'runs'))
    const { code, stderr } = await runBinary(bench(join(at, 'runs', 'one')), {
      shell: "ulimit -f 8; trap '' XFSZ",
    })
    expect(code, stderr).toBe(2)
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^recdistill: cannot write .*; .*(raise the limit|free some)/,
    )
    expect(readdirSync(join(at, 'runs'))).toEqual([])
  })

  // Node itself starts under these limits; one memory of WebAssembly or another is the first to be refused.
  const starts = (kilobytes: number) =>
    process.platform === 'linux' &&
    spawnSync('sh', ['-c', `ulimit -v ${kilobytes}; exec "${process.execPath}" -e 0`]).status === 0

  test.for([10e6, 14e6, 20e6])('a limit of %d kB on addresses', async (kilobytes, { skip }) => {
    if (!starts(kilobytes)) skip(`Node does not start under ulimit -v ${kilobytes} here`)
    const { code, stderr } = await runBinary(bench(join(freshFolder(), 'out')), {
      shell: `ulimit -v ${kilobytes}`,
    })
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^recdistill: .*no memory.*--disable-wasm-trap-handler/,
    )
    expect(code).toBe(2)
  })

  test('the way out of a limit on addresses', async ({ skip }) => {
    if (!starts(16e6)) skip('Node does not start under ulimit -v 16000000 here')
    const { code, stderr } = await runBinary(bench(join(freshFolder(), 'out')), {
      shell: 'ulimit -v 16000000; export NODE_OPTIONS=--disable-wasm-trap-handler',
    })
    expect(code, stderr).toBe(0)
  })
})
