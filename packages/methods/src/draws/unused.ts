import type { ListSpec } from '@recdistill/plugin'

/** In place of a list that the parameters have no use for. */
export const unused: ListSpec = { size: 0, refresh: 'once', draw() {} }
