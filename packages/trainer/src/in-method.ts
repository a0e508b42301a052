import { InputError, isInputError, isNumericError } from '@recdistill/core'

/**
 * Runs a part of a method, which may be anybody's. What it throws names the method and the part, and keeps the error itself as its
 * cause, which knows the line; of errors that are meant for readers the message is enough, and those of numbers pass as they are.
 * @throws InputError
 */
export function inMethod<T>(method: string, part: () => string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof Error)) throw new InputError(`${method}: ${part()}: ${String(error)}`)
    if (isNumericError(error) || error.message.startsWith(`${method}: `)) throw error
    if (isInputError(error)) throw new InputError(`${method}: ${part()}: ${error.message}`)
    throw new InputError(`${method}: ${part()}: ${error.name}: ${error.message}`, { cause: error })
  }
}
