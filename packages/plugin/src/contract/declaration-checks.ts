import { InputError, type JsonSchema } from '@recdistill/core'
import assert from 'node:assert/strict'
import { asMethod } from '../as-method.ts'
import { describeParams, paramsJsonSchema } from '../describe-params.ts'
import type { AnyMethod } from '../method.ts'
import { checkParams, parseParams } from '../parse-params.ts'
import type { Check } from './check.ts'
import type { Params } from './scene.ts'

/** What a method says about itself. */
export function declarationChecks(method: AnyMethod, cases: readonly Params[]): Check[] {
  return [
    {
      name: 'says its name, its paper and its defaults',
      run() {
        asMethod(method, method.name)
        assert.notEqual(method.paper.title, '', 'paper.title')
        assert.notEqual(method.paper.venue, '', 'paper.venue')
        assert.ok(method.defaults.lambda > 0, 'defaults.lambda is above 0')
        assert.ok(method.defaults.weightDecay >= 0, 'defaults.weightDecay is at least 0')
        assert.ok((method.defaults.teacherWeightDecay ?? 0) >= 0, 'defaults.teacherWeightDecay is at least 0')
      },
    },
    {
      name: 'says which models train, from where, and what else it adds',
      run() {
        assert.ok(
          ['random', 'scratch'].includes(method.startsFrom ?? 'random'),
          "startsFrom: 'random' or 'scratch'",
        )
        for (const params of cases) {
          assert.equal(typeof (method.base?.(params) ?? true), 'boolean', 'base returns true or false')
          const snapshots = method.trajectory?.(params) ?? 1
          assert.ok(Number.isInteger(snapshots) && snapshots >= 1, `trajectory returns ${snapshots}`)
          const warmUp = method.warmUp?.(params) ?? 0
          assert.ok(Number.isInteger(warmUp) && warmUp >= 0, `warmUp returns ${warmUp}`)
          const side = method.itemSide?.(params)
          if (!side) continue
          assert.ok(Number.isFinite(side.weight) && side.weight > 0, `itemSide.weight is ${side.weight}`)
          assert.ok(['positives', 'listed'].includes(side.over), "itemSide.over: 'positives' or 'listed'")
        }
      },
    },
    {
      name: 'describes every parameter and gives it a default',
      run() {
        for (const { name, required, description } of describeParams(method.params)) {
          assert.notEqual(description, '', `${name}: add .describe('...')`)
          assert.equal(required, false, `${name}: add .default(...)`)
        }
        parseParams(method)
      },
    },
    {
      name: 'presets are valid, and there is one for a data set and a pair of backbones',
      run() {
        const seen = new Set<string>()
        for (const preset of method.presets ?? []) {
          const key = `${preset.dataset}: ${preset.teacher} to ${preset.student}`
          assert.ok(!seen.has(key), `${key} stands twice`)
          seen.add(key)
          checkParams(method, parseParams(method, preset.params), { numUsers: 1e5, numItems: 1e5 })
          assert.ok(preset.lambda > 0 && preset.weightDecay >= 0 && preset.batch >= 1, key)
        }
      },
    },
    {
      name: 'refuses parameters that are unknown, of another type or out of range',
      run() {
        refuses(method, { noSuchParameter: 1 }, `${method.name}: unknown parameter "noSuchParameter"`)
        for (const [name, schema] of Object.entries(paramsJsonSchema(method.params).properties))
          for (const wrong of wrongValues(schema))
            refuses(method, { [name]: wrong }, `${method.name}.${name}: `)
      },
    },
  ]
}

function refuses(method: AnyMethod, params: Params, start: string): void {
  assert.throws(
    () => parseParams(method, params),
    (error) =>
      error instanceof InputError && error.message.startsWith(start) && !error.message.includes('\n'),
    `${JSON.stringify(params)} is refused with a line that begins with: ${start}`,
  )
}

function wrongValues(schema: JsonSchema): unknown[] {
  const wrong: unknown[] = [{ an: 'object' }]
  if (schema.enum) wrong.push('no such word')
  const types: readonly string[] = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  if (types.includes('integer') || types.includes('number')) {
    wrong.push('text', NaN)
    if (types.includes('integer')) wrong.push(1.5)
    if (schema.minimum !== undefined && schema.minimum > Number.MIN_SAFE_INTEGER)
      wrong.push(schema.minimum - 1)
    if (schema.exclusiveMinimum !== undefined) wrong.push(schema.exclusiveMinimum)
    if (schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER)
      wrong.push(schema.maximum + 1)
    if (schema.exclusiveMaximum !== undefined) wrong.push(schema.exclusiveMaximum)
  }
  if (types.includes('boolean')) wrong.push('text', 2)
  return wrong
}
