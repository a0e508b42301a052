export function compileKernels(options: { relaxed: boolean }): Promise<string>
export function stampOfExperts(): string
