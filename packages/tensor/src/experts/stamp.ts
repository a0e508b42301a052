/** Written by `pnpm generate` from assembly/experts.ts; a test holds the two together. */
export const stampOfAssembly = 'fed21b7fc6e5ab242b1d51d00f915f00c4d96475b25eb33f53b69db49fd74e4f'
