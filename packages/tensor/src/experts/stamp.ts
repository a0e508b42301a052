/** Written by `pnpm generate` from assembly/experts.ts; a test holds the two together. */
export const stampOfAssembly = '9c0302c18c84cdcaa95aa6b45b6ca70ae9aec3231f5e16f4cf37f8ae6edf6831'
