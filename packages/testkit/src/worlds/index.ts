export { randomSplit } from './random-split.ts'
export { splitOf } from './split-of.ts'
export { twoCamps } from './two-camps.ts'
