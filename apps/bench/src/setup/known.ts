import type { Flavour } from '@recdistill/tensor/node-backend'

/** A wheel of PyPI that this was tried with. The same file for every Python, so that one SHA-256 names it. */
export interface KnownWheel {
  readonly project: string
  readonly version: string
  readonly file: string
  readonly sha256: string
}

const version = '2.21.0'

/** TensorFlow by platform and flavour; macOS and ARM have no CUDA build. */
export const tensorflowWheels: Readonly<Record<string, Partial<Record<Flavour, KnownWheel>>>> = {
  'linux-x64': {
    cpu: {
      project: 'tensorflow-cpu',
      version,
      file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
      sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    },
    gpu: {
      project: 'tensorflow',
      version,
      file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
      sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    },
  },
  'linux-arm64': {
    cpu: {
      project: 'tensorflow',
      version,
      file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl',
      sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    },
  },
  'darwin-arm64': {
    cpu: {
      project: 'tensorflow',
      version,
      file: 'tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl',
      sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    },
  },
}

/** Project, version, SHA-256: the CUDA libraries that TensorFlow 2.21 asks for, 2.4 GB of wheels. Linux x64. */
const cuda = [
  ['cublas', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'],
  ['cuda-cupti', '12.8.90', 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182'],
  ['cuda-nvrtc', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'],
  ['cuda-runtime', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'],
  ['cudnn', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'],
  ['cufft', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'],
  ['curand', '10.3.10.19', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'],
  ['cusolver', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'],
  ['cusparse', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'],
  ['nccl', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'],
  ['nvjitlink', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'],
] as const

export const cudaWheels: readonly Omit<KnownWheel, 'file'>[] = cuda.map(([name, of, sha256]) => ({
  project: `nvidia-${name}-cu12`,
  version: of,
  sha256,
}))

/** Platforms of wheels that pip may take, newest first. */
export const pipPlatforms: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['2_28', '2_27', '2_24', '2_18', '2_17', '2_12', '2_5']
    .map((glibc) => `manylinux_${glibc}_x86_64`)
    .concat('manylinux2014_x86_64', 'manylinux2010_x86_64'),
  'linux-arm64': ['manylinux_2_28_aarch64', 'manylinux_2_27_aarch64', 'manylinux_2_17_aarch64'],
  'darwin-arm64': ['macosx_12_0_arm64'],
}

/** What npm is asked for, with the integrity of each tarball. */
export const npmPackages = {
  cpu: {
    name: '@tensorflow/tfjs-node',
    version: '4.22.0',
    integrity:
      'sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
  },
  gpu: {
    name: '@tensorflow/tfjs-node-gpu',
    version: '4.22.0',
    integrity:
      'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==',
  },
  headers: {
    name: 'node-api-headers',
    version: '1.9.0',
    integrity:
      'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
  },
} as const

/** The archive that the install script of tfjs-node asks for; CDN_STORAGE names a mirror there and here. */
export function officialArchive(
  flavour: Flavour,
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  const host = (env.CDN_STORAGE || 'https://storage.googleapis.com/').replace(/\/*$/, '/')
  const names: Readonly<Record<string, string>> = {
    'linux-x64 cpu': 'cpu-linux-x86_64',
    'linux-x64 gpu': 'gpu-linux-x86_64',
    'darwin-x64 cpu': 'cpu-darwin-x86_64',
  }
  const name = names[`${platform} ${flavour}`]
  return name === undefined ? null : `${host}tensorflow/libtensorflow/libtensorflow-${name}-2.9.1.tar.gz`
}
