import { backboneFiles } from './backbone-files.ts'
import { methodFiles } from './method-files.ts'
import type { OwnFiles } from './own-files.ts'

/** What one can begin here. */
export const kinds = ['method', 'backbone'] as const
export type Kind = (typeof kinds)[number]

/** Packages of ours that the code of a kind imports. */
export const imports: Readonly<Record<Kind, readonly string[]>> = {
  method: ['@recdistill/losses', '@recdistill/plugin', '@recdistill/samplers', '@recdistill/tensor'],
  backbone: ['@recdistill/backbones', '@recdistill/engine', '@recdistill/plugin', '@recdistill/tensor'],
}

export function ownFiles(kind: Kind, name: string): OwnFiles {
  const constant = name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return kind === 'method' ? methodFiles(name, constant) : backboneFiles(name, constant)
}

/** What a new package consists of: path to content. */
export function packageFiles(
  kind: Kind,
  name: string,
  versions: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = ownFiles(kind, name)
  return {
    'package.json': packageJson(kind, name, versions),
    'tsconfig.json': tsconfig,
    'vitest.config.ts': vitestConfig,
    [`src/${name}.ts`]: own.source,
    [`src/${name}.test.ts`]: own.test,
    'README.md': readme(kind, name, own),
    '.gitignore': 'node_modules\ndist\nruns\n',
  }
}

function packageJson(kind: Kind, name: string, versions: Readonly<Record<string, string>>): string {
  const of = (...names: string[]) => Object.fromEntries(names.map((each) => [each, versions[each]]))
  const manifest = {
    name: `recdistill-${kind}-${name}`,
    version: '0.0.0',
    type: 'module',
    keywords: ['recdistill', `recdistill-${kind}`],
    exports: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
    files: ['dist'],
    scripts: {
      build: 'node node_modules/typescript/bin/tsc -p .',
      test: 'node node_modules/vitest/vitest.mjs run',
    },
    peerDependencies: of(...imports[kind]),
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

function readme(kind: Kind, name: string, { about, use }: OwnFiles): string {
  return `# recdistill-${kind}-${name}

${about}

\`\`\`sh
npm install    # not needed where packages are linked already
npm test       # the ${kind} contract
npm run build
recdistill bench ${use.replace('FILE', `./dist/${name}.js`)}
\`\`\`

On Node 22.18 and later \`./src/${name}.ts\` works without a build. Installed beside recdistill, the package's name works too.
`
}
