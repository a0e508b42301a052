/** Written by `pnpm generate` from assembly/experts.ts; a test holds the two together. */
export const stampOfAssembly = '9c8fffc30d686c061c9b488eaa181717c7ab56fa5c17d492f133c17cc93258d5'
