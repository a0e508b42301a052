import { InputError } from '@recdistill/core'

/**
 * Runs a part of a method, which may be anybody's. What it throws names the method and the part, and keeps the error itself as its
 * cause, which knows the line; errors that are meant for readers pass as they are.
 * @throws InputError
 */
export function inMethod<T>(method: string, part: () => string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof Error && ['InputError', 'NumericError'].includes(error.name)) throw error
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw new InputError(`${method}: ${part()}: ${said}`, { cause: error })
  }
}
