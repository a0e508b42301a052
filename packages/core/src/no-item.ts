/** Fills the places of a list or ranking that has fewer items than places. Never a valid item. */
export const NO_ITEM = 0xffffffff
