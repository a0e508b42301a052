import softTop from './soft-top.mjs'

/** A name that is a key of the configuration already. */
export default { ...softTop, name: 'epochs' }
