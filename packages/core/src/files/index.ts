export { asInputError, putInPlace, writeFileAtomic } from './atomic.ts'
export { readContainer, writeContainer, type Container, type ContainerArray } from './container.ts'
export { keepOpen, openBytes, type Bytes } from './open-bytes.ts'
