/** One law a method or backbone must keep: a sentence, and code that throws when it is broken. */
export interface Check {
  readonly name: string
  readonly run: () => void | Promise<void>
}

/** Laws that do not apply, each by name and with the reason it does not. */
export type Skips = readonly { readonly reason: string; readonly tests: readonly string[] }[]
