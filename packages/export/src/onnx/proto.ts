import { PbfWriter } from 'pbf'

/**
 * The messages of ONNX (onnx.proto, IR version 8) that a graph of tables and products needs, with their field numbers. Repeated
 * numbers are written one by one, which readers of both proto2 and proto3 accept.
 */
export interface OnnxModel {
  readonly name: string
  readonly doc: string
  readonly producer: { readonly name: string; readonly version: string }
  readonly metadata: Readonly<Record<string, string>>
  readonly graph: OnnxGraph
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
}

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, number | string>>
}

export interface OnnxTensor {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

export interface OnnxValue {
  readonly name: string
  readonly type: OnnxType
  /** A text is the name of a size known when it runs. */
  readonly shape: readonly (number | string)[]
  readonly doc: string
}

export type OnnxType = keyof typeof types
const types = { f32: 1, i8: 3, i32: 6, i64: 7, bool: 9, f16: 10 } as const

/** Operators are those of opset 17: ONNX Runtime since 1.12, 2022. */
const opset = 17
const irVersion = 8
const attribute = { int: 2, string: 3 }

export function encodeOnnx(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter()
  pbf.writeVarintField(1, irVersion)
  pbf.writeStringField(2, model.producer.name)
  pbf.writeStringField(3, model.producer.version)
  pbf.writeStringField(6, model.doc)
  pbf.writeMessage(7, writeGraph, model)
  pbf.writeMessage(8, (version, to) => to.writeVarintField(2, version), opset)
  for (const entry of Object.entries(model.metadata)) pbf.writeMessage(14, writeEntry, entry)
  return pbf.finish()
}

function writeGraph({ name, graph }: OnnxModel, to: PbfWriter): void {
  for (const node of graph.nodes) to.writeMessage(1, writeNode, node)
  to.writeStringField(2, name)
  for (const tensor of graph.initializers) to.writeMessage(5, writeTensor, tensor)
  for (const value of graph.inputs) to.writeMessage(11, writeValue, value)
  for (const value of graph.outputs) to.writeMessage(12, writeValue, value)
}

function writeNode({ op, inputs, outputs, attributes }: OnnxNode, to: PbfWriter): void {
  for (const name of inputs) to.writeStringField(1, name)
  for (const name of outputs) to.writeStringField(2, name)
  to.writeStringField(3, outputs[0])
  to.writeStringField(4, op)
  for (const entry of Object.entries(attributes)) to.writeMessage(5, writeAttribute, entry)
}

function writeAttribute([name, value]: [string, number | string], to: PbfWriter): void {
  to.writeStringField(1, name)
  if (typeof value === 'number') to.writeVarintField(3, value)
  else to.writeStringField(4, value)
  to.writeVarintField(20, typeof value === 'number' ? attribute.int : attribute.string)
}

function writeTensor({ name, type, shape, bytes }: OnnxTensor, to: PbfWriter): void {
  for (const size of shape) to.writeVarintField(1, size)
  to.writeVarintField(2, types[type])
  to.writeStringField(8, name)
  to.writeBytesField(9, bytes)
}

function writeValue({ name, type, shape, doc }: OnnxValue, to: PbfWriter): void {
  to.writeStringField(1, name)
  to.writeMessage(2, (value, inner) => inner.writeMessage(1, writeTensorType, value), { type, shape })
  to.writeStringField(3, doc)
}

function writeTensorType({ type, shape }: Pick<OnnxValue, 'type' | 'shape'>, to: PbfWriter): void {
  to.writeVarintField(1, types[type])
  to.writeMessage(2, writeShape, shape)
}

function writeShape(shape: OnnxValue['shape'], to: PbfWriter): void {
  for (const size of shape)
    to.writeMessage(
      1,
      (each, inner) =>
        typeof each === 'number' ? inner.writeVarintField(1, each) : inner.writeStringField(2, each),
      size,
    )
}

function writeEntry([key, value]: [string, string], to: PbfWriter): void {
  to.writeStringField(1, key)
  to.writeStringField(2, value)
}
