import { InputError, show, typeOf } from '@recdistill/core'

interface Accepted {
  readonly type: 'integer' | 'number'
  readonly minimum: number
  readonly maximum?: number
}

/** What stands behind a flag, as a number; the words are those of a configuration. @throws InputError naming the flag. */
export function numberFlag(flag: string, text: string, accepted: Accepted): number {
  const value = text.trim() === '' ? NaN : Number(text)
  const { type, minimum, maximum = Number.MAX_SAFE_INTEGER } = accepted
  if (value >= minimum && value <= maximum && (type === 'number' || Number.isInteger(value))) return value
  throw new InputError(
    `${flag}: expected ${type === 'integer' ? 'an' : 'a'} ${typeOf(accepted)}, got ${show(text)}`,
  )
}
