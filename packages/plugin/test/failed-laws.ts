import { methodChecks, type MethodContract } from '../src/contract/index.ts'
import type { AnyMethod } from '../src/index.ts'

/** Names of the laws a method breaks, among those given. */
export async function failedLaws(
  method: AnyMethod,
  { laws, ...contract }: MethodContract & { readonly laws?: readonly string[] } = {},
): Promise<string[]> {
  const failed: string[] = []
  for (const { name, run } of methodChecks(method, contract)) {
    if (laws && !laws.includes(name)) continue
    try {
      await run()
    } catch {
      failed.push(name)
    }
  }
  return failed
}
