import { NumericError } from '@recdistill/core'

/** Plugins may bring their own copy of core; the name tells as well as the class. */
export function isNamed<E extends Error>(
  error: unknown,
  type: new (message: string) => E,
  name: string,
): error is E {
  return error instanceof type || (error instanceof Error && error.name === name)
}

/** Whether training met NaN or infinity. */
export function isNumericError(error: unknown): error is NumericError {
  return isNamed(error, NumericError, 'NumericError')
}
