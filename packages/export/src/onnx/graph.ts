import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxType, OnnxValue } from './proto.ts'

/** A graph under construction: every call adds a node and returns the name of what it computes. */
export interface GraphBuilder {
  /** One operator with one result. */
  node(op: string, inputs: readonly string[], attributes?: OnnxNode['attributes']): string
  /** One operator with several results, under these names. */
  nodes(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: OnnxNode['attributes'],
  ): void
  /** Returns the name it has in the graph. */
  constant(name: string, type: OnnxType, shape: readonly number[], data: ArrayBufferView): string
  input(value: OnnxValue): string
  output(value: OnnxValue): void
  finish(): OnnxGraph
}

export function graphBuilder(): GraphBuilder {
  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const inputs: OnnxValue[] = []
  const outputs: OnnxValue[] = []
  return {
    node(op, from, attributes = {}) {
      const name = `${op.toLowerCase()}_${nodes.length}`
      nodes.push({ op, inputs: from, outputs: [name], attributes })
      return name
    },
    nodes(op, from, to, attributes = {}) {
      nodes.push({ op, inputs: from, outputs: to, attributes })
    },
    constant(given, type, shape, { buffer, byteOffset, byteLength }) {
      const name = `const_${given.replace(/\W+/g, '_')}`
      initializers.push({ name, type, shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) })
      return name
    },
    input(value) {
      inputs.push(value)
      return value.name
    },
    output(value) {
      outputs.push(value)
    },
    finish: () => ({ nodes, initializers, inputs, outputs }),
  }
}

/** A whole number, or several, as a constant. */
export function integers(
  graph: GraphBuilder,
  name: string,
  values: readonly number[],
  shape = [values.length],
) {
  return graph.constant(name, 'i64', shape, BigInt64Array.from(values, BigInt))
}
