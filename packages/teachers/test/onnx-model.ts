/**
 * Two tables and a dot product as an ONNX file, asked for pairs or for whole rows: as little of the format as that takes.
 * @param options.outside Name of the file that holds the users' table, as it is.
 */
export function onnxModel(
  kind: 'pairs' | 'rows',
  { users, items, dim }: { users: Float32Array; items: Float32Array; dim: number },
  {
    type = 'int64',
    names = ['user', 'item'],
    outside = null,
  }: { type?: 'int64' | 'int32'; names?: readonly [string, string]; outside?: string | null } = {},
): Uint8Array {
  const index = type === 'int64' ? 7 : 6
  const [user, item] = names
  const nodes =
    kind === 'pairs'
      ? [
          node('Gather', ['U', user], 'u'),
          node('Gather', ['I', item], 'i'),
          node('Mul', ['u', 'i'], 'product'),
          node('ReduceSum', ['product', 'axes'], 'score', [['keepdims', 0]]),
        ]
      : [node('Gather', ['U', user], 'u'), node('Gemm', ['u', 'I'], 'score', [['transB', 1]])]
  const graph = [
    ...nodes.map((each) => bytes(1, each)),
    text(2, 'scores'),
    bytes(5, table('U', [users.length / dim, dim], outside ?? users)),
    bytes(5, table('I', [items.length / dim, dim], items)),
    bytes(5, message([number(1, 1), number(2, 7), text(8, 'axes'), bytes(9, raw(BigInt64Array.of(1n)))])),
    bytes(11, value(user, index, ['n'])),
    ...(kind === 'pairs' ? [bytes(11, value(item, index, ['n']))] : []),
    bytes(12, value('score', 1, kind === 'pairs' ? ['n'] : ['n', items.length / dim])),
  ]
  return message([number(1, 8), bytes(7, message(graph)), bytes(8, message([number(2, 17)]))])
}

function node(
  op: string,
  from: readonly string[],
  to: string,
  ints: readonly (readonly [string, number])[] = [],
) {
  const attributes = ints.map(([name, int]) =>
    bytes(5, message([text(1, name), number(3, int), number(20, 2)])),
  )
  return message([...from.map((name) => text(1, name)), text(2, to), text(3, to), text(4, op), ...attributes])
}

function table(name: string, shape: readonly number[], values: Float32Array | string) {
  return message([
    ...shape.map((size) => number(1, size)),
    number(2, 1),
    text(8, name),
    ...(typeof values === 'string'
      ? [bytes(13, message([text(1, 'location'), text(2, values)])), number(14, 1)]
      : [bytes(9, raw(values))]),
  ])
}

function value(name: string, type: number, shape: readonly (string | number)[]) {
  const dims = shape.map((size) =>
    bytes(1, message([typeof size === 'number' ? number(1, size) : text(2, size)])),
  )
  const tensor = message([number(1, type), bytes(2, message(dims))])
  return message([text(1, name), bytes(2, message([bytes(1, tensor)]))])
}

function raw(array: ArrayBufferView) {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

function message(fields: readonly Uint8Array[]) {
  return Buffer.concat(fields)
}

function number(field: number, int: number) {
  return Buffer.concat([varint(field << 3), varint(int)])
}

function text(field: number, content: string) {
  return bytes(field, Buffer.from(content))
}

function bytes(field: number, content: Uint8Array) {
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content])
}

function varint(int: number) {
  const out: number[] = []
  for (; int > 127; int >>>= 7) out.push((int & 127) | 128)
  return Uint8Array.from([...out, int])
}
