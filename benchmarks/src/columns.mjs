import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Flat binary columns shared with the peers: `.u32` ids and `.f32` numbers, little-endian. */
export function writeColumns(folder, columns) {
  for (const [name, values] of Object.entries(columns)) {
    const extension = values instanceof Uint32Array ? 'u32' : 'f32'
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    writeFileSync(join(folder, `${name}.${extension}`), bytes)
  }
}

export function readIds(folder, name) {
  return new Uint32Array(bufferOf(folder, `${name}.u32`))
}

export function readFloats(folder, name) {
  return new Float32Array(bufferOf(folder, `${name}.f32`))
}

function bufferOf(folder, file) {
  const bytes = readFileSync(join(folder, file))
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
}
