/** What differs between the kinds of packages one can begin: the code, its test, and how it is used. */
export interface OwnFiles {
  readonly source: string
  readonly test: string
  /** About what the package holds, in one line. */
  readonly about: string
  /** How the bench is told of it; FILE stands for its path. */
  readonly use: string
}
