import type { MethodConfig } from '../config/config.ts'

/** Which defaults of a method became smaller, and to suit what. */
export function loweredInWords(
  { name, params }: Pick<MethodConfig, 'name' | 'params'>,
  smaller: Readonly<Record<string, number>>,
  what: string,
): string {
  const each = Object.entries(smaller).map(([key, value]) => `${key} ${String(params[key])} to ${value}`)
  return `${name}: defaults lowered to suit ${what}: ${each.join(', ')}`
}
