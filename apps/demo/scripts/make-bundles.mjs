// Makes the pair of bundles that the page shows by default, by the very commands a user would type, on the embedded generated
// data: nothing is downloaded and nothing of anybody's is shipped. `--again` makes them anew.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { madeUpTitles } from './titles.mjs'

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
const cli = join(root, 'apps', 'bench', 'dist', 'cli.js')
const bundles = join(root, 'apps', 'demo', 'public', 'bundles')
/** Models of the run, by what they are called on the page. */
const pair = { teacher: 'teacher', student: 'rce-kd' }

const wanted = Object.keys(pair).map((name) => join(bundles, `${name}.recdistill`))
if (process.argv.includes('--again') || !wanted.every((file) => existsSync(file))) make()
writeFileSync(join(bundles, 'titles.json'), JSON.stringify(madeUpTitles('quick')))

function make() {
  const folder = mkdtempSync(join(tmpdir(), 'recdistill-demo-'))
  try {
    console.log('training teacher and student on the embedded data, once')
    const run = join(folder, 'run')
    recdistill('bench', '--preset', 'quick', '--methods', pair.student, '--out', run)
    mkdirSync(bundles, { recursive: true })
    for (const [name, model] of Object.entries(pair)) {
      const out = join(folder, name)
      recdistill('export', run, '--model', model, '--to', 'bundle', '--out', out)
      copyFileSync(join(out, 'model.recdistill'), join(bundles, `${name}.recdistill`))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string[]} argv */
function recdistill(...argv) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...argv], { encoding: 'utf8' })
  if (status === 0) return
  process.stderr.write(stdout + stderr)
  console.error(`make-bundles: recdistill ${argv[0]} failed`)
  process.exit(status ?? 1)
}
