import { join } from 'node:path'
import { InputError } from '@recdistill/core'
import type { Library } from './library.ts'
import { expectTool, findTool, type Env } from './run-tool.ts'

/**
 * Builds the native addon of tfjs-node: two files on top of Node-API, so that one build serves every Node from 20 on. They
 * are given to the compiler as they are: node-gyp would add nothing but a download of Node's own headers.
 *
 * @param out Lies beside the folder `libraries`, by whose name it finds the library at run time.
 */
export async function compileBinding({
  sources,
  nodeHeaders,
  library,
  libraries,
  out,
  env,
}: {
  sources: string
  nodeHeaders: string
  library: Library
  libraries: string
  out: string
  env: Env
}): Promise<void> {
  const named = env.CXX ? [env.CXX.split(' ')] : []
  const compiler = await findTool([...named, ['c++'], ['g++'], ['clang++']], env)
  if (compiler === null)
    throw new InputError(
      'setup tensorflow: found no C++ compiler (c++, g++, clang++ or CXX); install one, e.g. apt install g++, dnf install gcc-c++ or xcode-select --install',
    )
  const mac = process.platform === 'darwin'
  await expectTool(
    'the binding of tfjs-node does not compile',
    [
      ...compiler,
      ...['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=8'],
      ...(mac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']),
      `-I${nodeHeaders}`,
      `-I${library.headers}`,
      `-I${sources}`,
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(sources, 'binding', file)),
      ...library.files.map((file) => join(libraries, file)),
      `-Wl,-rpath,${mac ? '@loader_path' : '$ORIGIN'}/tensorflow`,
      '-o',
      out,
    ],
    { env, advice: 'the compiler has to know C++17, and headers and library have to be of one version' },
  )
}
