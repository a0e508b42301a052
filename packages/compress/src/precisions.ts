import type { Precision } from '@recdistill/serve'

/** Forms of a student's tables, the most exact first. */
export const precisions: readonly Precision[] = ['f32', 'f16', 'int8']
