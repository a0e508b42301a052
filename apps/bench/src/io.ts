/** Where a command reads its surroundings and writes its words: the process in the binary, plain strings in tests. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls `listener` at Ctrl-C in place of ending the process; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void
}

export interface Output {
  write(text: string): unknown
  /** True for a terminal: progress is drawn live and in colour. */
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** The process as an `Io`. */
export function processIo(): Io {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onInterrupt(listener) {
      process.on('SIGINT', listener)
      process.on('SIGTERM', listener)
      return () => {
        process.off('SIGINT', listener)
        process.off('SIGTERM', listener)
      }
    },
  }
}

/** Prints one line. */
export function line(output: Output, text = ''): void {
  output.write(text + '\n')
}

/** A text of several lines as one. */
export function oneLine(text: string): string {
  return text
    .split(/\s*\n\s*/)
    .filter((part) => part !== '')
    .join(' ')
}
