/** What one check of the machine found. */
export interface Finding {
  readonly name: string
  /** `optional`: not there, and nothing needs it. */
  readonly status: 'ok' | 'optional' | 'warning' | 'failed'
  readonly value: string
  readonly advice?: string
}
