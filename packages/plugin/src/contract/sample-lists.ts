import { NO_ITEM } from '@recdistill/core'

/** Lists of three items that checks ask for: one user is there twice, and some places hold no item. */
export const users = Uint32Array.of(0, 2, 2, 5, 6)
export const items = Uint32Array.of(1, 7, NO_ITEM, 4, 0, 11, 3, NO_ITEM, NO_ITEM, 2, 4, 10, 5, 9, 1) // users x 3
