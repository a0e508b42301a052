export function compileBatchMatMul(options: { relaxed: boolean }): Promise<string>
export function stampOfExperts(): string
