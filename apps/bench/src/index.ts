export { main } from './main.ts'
export { processIo, type Io, type Output } from './io.ts'
export { stripTimings } from './run/strip-timings.ts'
