// Writes the files that other tools leave behind, small ones, of one model for embedded data: what the guide on bringing a teacher
// starts from when there is no other model at hand.  node apps/bench/examples/factor-files.mjs FOLDER [DATASET]
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { argv, env } from 'node:process'
import { pathToFileURL } from 'node:url'
import { loadBackbone } from '@recdistill/backbones'
import { createRng } from '@recdistill/core'
import { prepareSplit } from '@recdistill/data'
import { createEngine } from '@recdistill/engine'
import { tensor, writeNpy, writeNpz, writeSafetensors } from '@recdistill/formats'

const dim = 32

/** A model of implicit feedback, trained on the split's training part in closed form, in seconds. */
async function trainFactors(dataset) {
  const split = await prepareSplit(
    { dataset },
    { cacheDir: env.RECDISTILL_CACHE ?? join(homedir(), '.cache', 'recdistill') },
  )
  const engine = createEngine()
  const ials = loadBackbone('ials')
  const model = ials.create(
    { split, dim, optimizer: { lr: 0, weightDecay: 0 }, rng: createRng(0), trainable: true, engine },
    ials.params.parse({ l2: 0.02 }),
  )
  model.fit()
  model.begin()
  const all = (count) => Uint32Array.from({ length: count }, (_, id) => id)
  const users = model.rowsOf('users', all(split.numUsers)).slice()
  const items = model.rowsOf('items', all(split.numItems)).slice()
  const digits = (count) => Array.from({ length: count }, (_, id) => String(id))
  const ids = split.ids ?? { users: digits(split.numUsers), items: digits(split.numItems) }
  model.dispose()
  engine.dispose()
  return { users, items, ids }
}

/** Files in the layouts of RecBole, implicit and LightFM, top-K lists and a score matrix. */
export async function writeFactorFiles(folder, dataset = 'synthetic:tiny') {
  const { users, items, ids } = await trainFactors(dataset)
  const [numUsers, numItems] = [ids.users.length, ids.items.length]
  const into = (name) => {
    mkdirSync(join(folder, name), { recursive: true })
    return (file) => join(folder, name, file)
  }
  const lines = (path, names) => writeFileSync(path, names.map((name) => `${name}\n`).join(''))

  // RecBole numbers users and items from 1; row 0 is the padding token.
  const recbole = into('recbole')
  const padded = (rows) => {
    const out = new Float32Array(rows.length + dim)
    out.set(rows, dim)
    return tensor(out, [out.length / dim, dim])
  }
  writeSafetensors(recbole('model.safetensors'), {
    'user_embedding.weight': padded(users),
    'item_embedding.weight': padded(items),
  })
  lines(recbole('users.txt'), ['[PAD]', ...ids.users])
  lines(recbole('items.txt'), ['[PAD]', ...ids.items])

  // implicit numbers them as the person who made the matrix did: here in an order of its own.
  const implicit = into('implicit')
  const shuffled = (rows, names, seed) => {
    const order = [...names.keys()]
    const rng = createRng(seed)
    for (let n = order.length - 1; n > 0; n--) {
      const other = rng.int(n + 1)
      ;[order[n], order[other]] = [order[other], order[n]]
    }
    const out = new Float32Array(rows.length)
    order.forEach((id, row) => out.set(rows.subarray(id * dim, (id + 1) * dim), row * dim))
    return { rows: tensor(out, [names.length, dim]), names: order.map((id) => names[id]) }
  }
  const u = shuffled(users, ids.users, 1)
  const i = shuffled(items, ids.items, 2)
  writeNpy(implicit('user_factors.npy'), u.rows)
  writeNpy(implicit('item_factors.npy'), i.rows)
  lines(implicit('users.txt'), u.names)
  lines(implicit('items.txt'), i.names)

  // LightFM adds a bias of the user and of the item to the dot product. This one has not met the last users and items.
  const lightfm = into('lightfm')
  const met = (rows, names, left) => ({
    rows: tensor(rows.slice(0, (names.length - left) * dim), [names.length - left, dim]),
    names: names.slice(0, names.length - left),
  })
  const known = { users: met(users, ids.users, 5), items: met(items, ids.items, 2) }
  await writeNpz(lightfm('lightfm.npz'), {
    user_embeddings: known.users.rows,
    item_embeddings: known.items.rows,
    user_biases: tensor(new Float32Array(known.users.names.length), [known.users.names.length]),
    item_biases: tensor(new Float32Array(known.items.names.length), [known.items.names.length]),
    user_ids: known.users.names,
    item_ids: known.items.names,
  })

  // Of any model: what it recommends, or all it thinks.
  const any = into('any')
  const scores = new Float32Array(numUsers * numItems)
  let table = 'user,item,score\n'
  for (let user = 0; user < numUsers; user++) {
    const row = scores.subarray(user * numItems, (user + 1) * numItems)
    for (let item = 0; item < numItems; item++)
      for (let d = 0; d < dim; d++) row[item] += users[user * dim + d] * items[item * dim + d]
    const best = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 100)
    for (const item of best) table += `${ids.users[user]},${ids.items[item]},${row[item]}\n`
  }
  writeFileSync(any('top100.csv'), table)
  writeNpy(any('scores.npy'), tensor(scores, [numUsers, numItems]))
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const [folder = 'teacher-files', dataset] = argv.slice(2)
  await writeFactorFiles(folder, dataset)
  console.log(`written: ${folder}`)
}
