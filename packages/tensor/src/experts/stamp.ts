/** Written by `pnpm generate` from assembly/experts.ts; a test holds the two together. */
export const stampOfAssembly = 'd8b5b34b6fb01653356de42d63e4f699a9e0ee5a8d798cd9a22108c729cdd382'
