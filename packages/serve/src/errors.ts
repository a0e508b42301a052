export type ServeErrorCode = 'bundle' | 'source' | 'unknown-user' | 'unknown-item' | 'option'

/**
 * The caller or a file is at fault; the message says what to do. By `code`: `bundle`, the bytes are not a whole, unaltered
 * bundle of this version; `source`, they could not be had; `unknown-user` and `unknown-item`, no such id; `option`, a wrong
 * argument.
 */
export class ServeError extends Error {
  override readonly name = 'ServeError'
  readonly code: ServeErrorCode

  constructor(code: ServeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
