/** Written by `pnpm generate` from assembly/experts.ts; a test holds the two together. */
export const stampOfAssembly = '2834f9e9696c3e39173de487a54bf090e8a62eefe85bef413418a1265b96f72b'
