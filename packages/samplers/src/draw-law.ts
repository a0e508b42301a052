import { NO_ITEM, type Rng } from '@recdistill/core'
import { bestByScore } from './best-by-score.ts'
import { sampleByCorrection } from './by-correction.ts'
import { sampleByPosition } from './by-position.ts'
import { drawBestOfTwo } from './best-of-two.ts'
import { sampleExcept } from './except.ts'
import type { ListLaw, OrderedItems, ValueLaw } from './law.ts'
import { clearMarks, createMarks } from './marks.ts'
import { drawNearlyClosed } from './nearly-closed.ts'
import type { Row } from './row.ts'
import { drawUnseen } from './unseen.ts'

const marks = createMarks()

/** What a law says, one user at a time: the meaning of the law, to which a list program and an engine are held. */
export function drawLaw(law: ListLaw, row: Row, out: Uint32Array, rng: Rng): void {
  switch (law.kind) {
    case 'first':
      return out.set(topOf(row, law.from).subarray(0, out.length))
    case 'byPosition':
      return void sampleByPosition(topOf(row, law.from), law.T, out, rng, law)
    case 'except':
      return void sampleExcept(row.numItems, [row.seen, topOf(row, law.from)], out, rng)
    case 'unseen':
      return void drawUnseen(row.numItems, row.seen, out, rng)
    case 'bestOfTwo':
      return void drawBestOfTwo(Math.min(law.n, row.numItems - row.seen.length), law.T, out, rng, law)
    case 'at':
      return out.set(row[law.of].at(row.list(law.positions), { seen: law.seen }))
    case 'byCorrection': {
      const correction = row.value(law.correction)
      return void sampleByCorrection(topOf(row, law.from), correction, law.sign, out, rng, law)
    }
    case 'nearlyClosed': {
      const [wanted, closed] = [row.list(law.wanted), row.list(law.closed)]
      return drawNearlyClosed(topOf(row, law.from), wanted, closed, out, rng, {
        ...law,
        numItems: row.numItems,
      })
    }
  }
}

/** The same for numbers. */
export function fillLaw(law: ValueLaw, row: Row, out: Float32Array): void {
  switch (law.kind) {
    case 'overlap': {
      const stamp = clearMarks(marks, row.numItems)
      for (const item of row.list(law.other)) marks.stamps[item] = stamp
      const list = row.list(law.list).subarray(0, law.places)
      out[0] = law.table[list.reduce((both, item) => both + (marks.stamps[item] === stamp ? 1 : 0), 0)]
      return
    }
    case 'byPlace': {
      const ranked = topOf(row, law.ranked)
      const [n, far] = [placesOf(row, law.from), placesOf(row, law.ranked)]
      topOf(row, law.from).forEach((item, t) => {
        const place = ranked.indexOf(item)
        out[t] = law.table[n + (place < 0 ? far : place) - t]
      })
    }
  }
}

function topOf(row: Row, from: OrderedItems): Uint32Array {
  if ('k' in from) return row[from.of].top(from.k, { seen: from.seen })
  const list = row.list(from.list)
  const end = list.indexOf(NO_ITEM)
  const items = end < 0 ? list : list.subarray(0, end)
  if (from.of === undefined) return items
  const ranked = new Uint32Array(items.length)
  bestByScore(items, row[from.of].scoresOf(list), ranked)
  return ranked
}

function placesOf(row: Row, from: OrderedItems): number {
  return 'k' in from ? from.k : row.list(from.list).length
}
