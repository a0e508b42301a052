export { describeChecks, type Check, type Skips } from './check.ts'
export { describeMethod, methodChecks, type MethodContract } from './describe-method.ts'
export { plainFused, readBy, type PlainFused } from './plain-fused.ts'
