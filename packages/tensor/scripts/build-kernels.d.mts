export function compileBatchMatMul(): Promise<string>
