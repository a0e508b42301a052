declare const brand: unique symbol

/** Dense, 0 to users - 1. Ids as a file spells them end inside `@recdistill/data`. */
export type UserId = number & { readonly [brand]: 'user' }
/** Dense, 0 to items - 1. */
export type ItemId = number & { readonly [brand]: 'item' }

/** Fills the places of a list or ranking that has fewer items than places. Never a valid item. */
export const NO_ITEM = 0xffffffff
