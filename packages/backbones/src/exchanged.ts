import type { Backbone } from '@recdistill/plugin'

/** What of a model belongs to the one that was flipped. */
type Shared = 'parameters' | 'begin' | 'base' | 'update' | 'state' | 'restore' | 'flipped' | 'dispose'

/**
 * A model with users and items in exchanged places, made of its views. Training and checkpoints stay with `whole`, which was
 * flipped and frees what both share.
 */
export function exchangedOf(whole: Backbone, views: Omit<Backbone, Shared>): Backbone {
  const { parameters, begin, update, state, restore } = whole
  return {
    ...views,
    parameters,
    begin,
    update,
    state,
    restore,
    base() {
      throw new RangeError('base: the own objective belongs to the model that was flipped')
    },
    flipped: () => whole,
    dispose() {},
  }
}
