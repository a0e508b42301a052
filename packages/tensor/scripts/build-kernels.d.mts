export function compileBatchMatMul(): Promise<string>
export function stampOfExperts(): string
