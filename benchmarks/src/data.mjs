import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createRng, groupByUser, sortRows } from '@recdistill/core'

const sets = {
  'citeulike-t': { split: 'rce-kd', numUsers: 5219, numItems: 25181, pairs: 98405 },
  gowalla: { split: 'lightgcn', numUsers: 29858, numItems: 40981, pairs: 810128 },
}

/** The data set, in its named split, when the folder has it; else a synthetic stand-in of the same size, and says which. */
export function loadPairs(folder, dataset = 'citeulike-t') {
  const { split, ...size } = sets[dataset]
  const path = folder && join(folder, dataset, 'train.tsv.gz')
  if (path && existsSync(path))
    return { name: `${dataset}, split ${split}`, ...size, train: readPairs(path, size.numUsers) }
  return { name: `synthetic stand-in of the size of ${dataset}`, ...size, train: drawPairs(size) }
}

/** Tab-separated `user item` rows under one header line. */
export function readPairs(path, numUsers) {
  const numbers = gunzipSync(readFileSync(path)).toString('latin1').split(/\s+/).slice(2)
  if (numbers.at(-1) === '') numbers.pop()
  const users = Uint32Array.from({ length: numbers.length / 2 }, (_, n) => Number(numbers[2 * n]))
  const items = Uint32Array.from({ length: numbers.length / 2 }, (_, n) => Number(numbers[2 * n + 1]))
  const rows = numUsers ?? users.reduce((most, user) => Math.max(most, user), 0) + 1
  return sortRows(groupByUser(rows, users, items))
}

/** Every user 4 items at least, long-tailed activity and popularity. */
function drawPairs({ numUsers, numItems, pairs }) {
  const rng = createRng(7)
  const users = new Uint32Array(pairs)
  const items = new Uint32Array(pairs)
  const taken = new Set()
  for (let n = 0; n < pairs; n++) {
    const user = n < 4 * numUsers ? n % numUsers : Math.floor(numUsers * rng.float() ** 2)
    let item = Math.floor(numItems * rng.float() ** 3)
    while (taken.has(user * numItems + item)) item = rng.int(numItems)
    taken.add(user * numItems + item)
    users[n] = user
    items[n] = item
  }
  return sortRows(groupByUser(numUsers, users, items))
}
