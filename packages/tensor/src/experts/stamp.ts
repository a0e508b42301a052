/** Written by `pnpm generate` from assembly/experts.ts; a test holds the two together. */
export const stampOfAssembly = '7c0c2c83332eb778eabf87cfb0e8ca58fe2858e7604e2c9942623ed5dfaeb192'
