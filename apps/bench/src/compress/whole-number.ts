import { InputError } from '@recdistill/core'

/** A flag as a whole number. @throws InputError naming the flag. */
export function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < least)
    throw new InputError(`${flag}: expected a whole number >= ${least}, got "${text}"`)
  return value
}
