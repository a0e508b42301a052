/** Written by `pnpm generate` from assembly/experts.ts; a test holds the two together. */
export const stampOfAssembly = '3c37dbd61e1f7b1ae4b953064cc60ee3e577e8eb8b070b7e9a4264f5337568f5'
