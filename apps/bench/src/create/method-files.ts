/** What a new method's package consists of: path to content. */
export function methodFiles(
  name: string,
  versions: Readonly<Record<string, string>>,
): Record<string, string> {
  const constant = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return {
    'package.json': packageJson(name, versions),
    'tsconfig.json': tsconfig,
    'vitest.config.ts': vitestConfig,
    [`src/${name}.ts`]: source(name),
    [`src/${name}.test.ts`]: test(name, constant),
    'README.md': readme(name),
    '.gitignore': 'node_modules\ndist\nruns\n',
  }
}

function packageJson(name: string, versions: Readonly<Record<string, string>>): string {
  const of = (...names: string[]) => Object.fromEntries(names.map((each) => [each, versions[each]]))
  const manifest = {
    name: `recdistill-method-${name}`,
    version: '0.0.0',
    type: 'module',
    keywords: ['recdistill', 'recdistill-method'],
    exports: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
    files: ['dist'],
    scripts: {
      build: 'node node_modules/typescript/bin/tsc -p .',
      test: 'node node_modules/vitest/vitest.mjs run',
    },
    peerDependencies: of(
      '@recdistill/losses',
      '@recdistill/plugin',
      '@recdistill/samplers',
      '@recdistill/tensor',
    ),
    dependencies: of('zod'),
    devDependencies: of('typescript', 'vitest'),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

const tsconfig = `${JSON.stringify(
  {
    compilerOptions: {
      target: 'es2022',
      module: 'nodenext',
      strict: true,
      declaration: true,
      noEmitOnError: true,
      skipLibCheck: true,
      rewriteRelativeImportExtensions: true,
      rootDir: 'src',
      outDir: 'dist',
    },
    include: ['src'],
    exclude: ['src/**/*.test.ts'],
  },
  null,
  2,
)}\n`

const vitestConfig = `import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['src/**/*.test.ts'] } })
`

function source(name: string): string {
  return `import { softCrossEntropy } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'

/**
 * The student copies the teacher's distribution over items that the teacher ranks high: change what is drawn and what is
 * compared, and it is another method.
 */
export default defineMethod({
  name: '${name}',
  paper: { title: '${name}', venue: 'unpublished' },
  params: z.object({
    K: z.int().min(1).default(20).describe('items drawn per user'),
    from: z.int().min(1).default(50).describe('first items of the teacher that are drawn from'),
    tau: z.number().positive().default(1).describe('temperature of both distributions'),
  }),
  defaults: { lambda: 1, weightDecay: 1e-5 },
  check: ({ K, from }, { numItems }) => [
    ...(K > from ? [\`${name}.K: expected at most from = \${from}, got \${K}\`] : []),
    ...(from > numItems ? [\`${name}.from: expected at most \${numItems}, the number of items, got \${from}\`] : []),
  ],
  lists: ({ K, from }) => ({
    drawn: {
      size: K,
      refresh: { epochs: 1 },
      draw(row, out, rng) {
        const candidates = row.teacher.top(from, { seen: 'skip' }).slice()
        rng.shuffle(candidates)
        out.set(candidates.subarray(0, K))
      },
    },
  }),
  over: 'users',
  loss: ({ student, teacher, mask, params }) =>
    softCrossEntropy(student.scores.drawn, teacher.scores.drawn, { temperature: params.tau, mask: mask.drawn }),
})
`
}

function test(name: string, constant: string): string {
  return `import { describeMethod } from '@recdistill/plugin/contract'
import ${constant} from './${name}.ts'

// Gradients, determinism, padding, extreme scores, tiny users: every law of the method contract.
describeMethod(${constant}, { unseen: ['drawn'], variants: [{ tau: 3 }] })
`
}

function readme(name: string): string {
  return `# recdistill-method-${name}

A knowledge-distillation method for recdistill.

\`\`\`sh
npm install    # not needed where packages are linked already
npm test       # the method contract
npm run build
recdistill bench --methods ./dist/${name}.js,rrd,rce-kd
\`\`\`

On Node 22.18 and later \`--methods ./src/${name}.ts\` works without a build. Installed beside recdistill, the package's name works too.
`
}
