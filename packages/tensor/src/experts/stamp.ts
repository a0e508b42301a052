/** Written by `pnpm generate` from assembly/experts.ts; a test holds the two together. */
export const stampOfAssembly = 'f88d1f17ecfb0c2ce731c7c4bb22f3584eafa349e88f3a2ac35a913532150d7f'
