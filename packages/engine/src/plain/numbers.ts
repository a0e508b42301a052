import { expectRows } from '../check-input.ts'
import type { Engine } from '../engine.ts'

/** Numbers of an engine that has no memory of its own for them. */
export const plainNumbers: Pick<Engine, 'makeIds' | 'makeFloats' | 'release' | 'selectRows'> = {
  makeIds: (length) => new Uint32Array(length),
  makeFloats: (length) => new Float32Array(length),
  release() {},
  selectRows(source, width, rows, out) {
    expectRows('selectRows', source, width, rows, out)
    selectRows(source, width, rows, out)
  },
}

/** out[n] = row rows[n] of `source`. [rows, width] Plain twin of the kernel. */
export function selectRows(
  source: Uint32Array | Float32Array,
  width: number,
  rows: Uint32Array,
  out: Uint32Array | Float32Array,
): void {
  let to = 0
  for (let n = 0; n < rows.length; n++) {
    const from = rows[n] * width
    for (let o = 0; o < width; o++) out[to++] = source[from + o] // rows are short: views and `set` cost more
  }
}
