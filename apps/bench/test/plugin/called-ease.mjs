import softTop from './soft-top.mjs'

/** What it is called is a baseline, whose folder and row it would have. */
export default { ...softTop, name: 'ease' }
