/** Written by `pnpm generate` from assembly/experts.ts; a test holds the two together. */
export const stampOfAssembly = 'aca91f3d6e336cf48741f03ce0812807597d12c17ff8a52033f5feac77d2957e'
