export function compileKernels(options: { relaxed: boolean }): Promise<Uint8Array>
