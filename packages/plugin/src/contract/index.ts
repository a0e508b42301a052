export * from './checks.ts'
export { describeBackbone } from './describe-backbone.ts'
export { describeChecks } from './describe-checks.ts'
export { describeMethod } from './describe-method.ts'
