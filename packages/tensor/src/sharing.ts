/**
 * The same module with the memory it defines or imports shared between threads, or not; null where it has none that can be,
 * such as one without a maximum. One bit of its memory's limits says which (WebAssembly threads proposal, binary format).
 *
 * @param bytes A module that is valid: what it says of its own lengths is believed.
 */
export function withSharing(bytes: Uint8Array, shared: boolean): Uint8Array | null {
  const at = limitsOfMemory(bytes)
  if (at === null || (bytes[at] !== 1 && bytes[at] !== 3)) return null
  const changed = Uint8Array.from(bytes) // a slice of a Buffer is the Buffer itself
  changed[at] = shared ? 3 : 1
  return changed
}

const Section = { import: 2, memory: 5 } as const
const Kind = { function: 0, memory: 2 } as const

/** Where the flags of the only memory's limits stand. */
function limitsOfMemory(bytes: Uint8Array): number | null {
  let at = 8 // behind magic and version
  const number = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const section = bytes[at++]
    const size = number()
    const end = at + size
    const count = section === Section.import || section === Section.memory ? number() : 0
    if (section === Section.memory && count === 1) return at
    for (let n = 0; section === Section.import && n < count; n++) {
      for (let name = 0; name < 2; name++) {
        const length = number()
        at += length
      }
      const kind = bytes[at++]
      if (kind === Kind.memory) return at
      if (kind !== Kind.function) break // tables and globals follow memories in what we read
      number()
    }
    at = end
  }
  return null
}
