import { createRng, NO_ITEM } from '@recdistill/core'
import { createEngine, createPlainEngine, type Engine, type PerceptronTables } from './index.ts'

/** Median milliseconds of named scenarios at the size of CiteULike: 5,219 users, 25,181 items, batch 2048. */
const USERS = 5219
const ITEMS = 25181
const BATCH = 2048

const only = process.argv[2] ?? ''
const threads = Number(process.argv[3] ?? 2)
const rng = createRng(1)
const normals = (n: number, scale: number) => Float32Array.from({ length: n }, () => scale * rng.normal())
const ids = (n: number, below: number) => Uint32Array.from({ length: n }, () => rng.int(below))

/** Lists of distinct-looking items with a long tail; `padding` of the places are empty, at the end. */
function lists(k: number, padding: number): Uint32Array {
  const out = new Uint32Array(BATCH * k).fill(NO_ITEM)
  const full = Math.round(k * (1 - padding))
  for (let b = 0; b < BATCH; b++)
    for (let j = 0; j < full; j++) out[b * k + j] = Math.floor(ITEMS * rng.float() ** 2)
  return out
}

/** Wall time, and processor time of all threads, which other work on the machine disturbs less. */
function measure(name: string, repeats: number, run: () => void) {
  for (let n = 0; n < Math.max(3, repeats / 5); n++) run()
  const wall: number[] = []
  const cpu: number[] = []
  for (let n = 0; n < repeats; n++) {
    const start = performance.now()
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    wall.push(performance.now() - start)
    cpu.push((user + system) / 1000)
  }
  const text = (times: number[]) => {
    times.sort((a, b) => a - b)
    return `median ${times[repeats >> 1].toFixed(3)} best ${times[0].toFixed(3)}`
  }
  console.log(`${name.padEnd(24)} wall ms ${text(wall)}, cpu ms ${text(cpu)}`)
}

function world(dim: number, scale = 0.1) {
  const engine = createEngine({ threads })
  const user = engine.table('users', USERS, dim, { trainable: true })
  const item = engine.table('items', ITEMS, dim, { trainable: true })
  engine.write(user, normals(USERS * dim, scale))
  engine.write(item, normals(ITEMS * dim, scale))
  return { engine, user, item }
}

/** Tables of NeuMF: every layer half as wide as the one below. */
function perceptron(engine: Engine, dim: number, layers: number): PerceptronTables {
  const table = (name: string, rows: number, columns: number) => {
    const made = engine.table(name, rows, columns, { trainable: true })
    engine.write(made, normals(rows * columns, 0.1))
    return made
  }
  const widths = [2 * dim, ...Array.from({ length: layers }, (_, n) => dim / 2 ** n)]
  return {
    user: table('users', USERS, dim),
    item: table('items', ITEMS, dim),
    deepUser: table('deep users', USERS, dim),
    deepItem: table('deep items', ITEMS, dim),
    layers: widths.slice(1).map((width, n) => ({
      weights: table(`hidden ${n + 1}`, widths[n], width),
      bias: table(`bias ${n + 1}`, 1, width),
    })),
    output: table('output', 1, dim + widths[layers]),
    outputBias: table('output bias', 1, 1),
  }
}

const adam = { lr: 1e-3, weightDecay: 1e-5 }
const scenarios: Record<string, () => void> = {
  ...Object.fromEntries(
    [20, 64, 400].map((dim) => [
      `step${dim}`,
      () => {
        const { engine, user, item } = world(dim)
        const batches = Array.from({ length: 16 }, () => ({
          users: ids(BATCH, USERS),
          positives: ids(BATCH, ITEMS),
          negatives: ids(BATCH, ITEMS),
        }))
        let n = 0
        let [loss, opt] = [0, 0]
        measure(`bpr step d=${dim}`, 100, () => {
          const { users, positives, negatives } = batches[n++ % 16]
          const a = performance.now()
          engine.bpr(user, item, users, positives, negatives, 1)
          const b = performance.now()
          engine.adam([user, item], adam)
          loss += b - a
          opt += performance.now() - b
        })
        console.log(`   bpr ${(loss / n).toFixed(3)} adam ${(opt / n).toFixed(3)}`)
        engine.dispose()
      },
    ]),
  ),
  ...Object.fromEntries(
    [20, 400].map((dim) => [
      `rank${dim}`,
      () => {
        const { engine, user, item } = world(dim)
        const users = Uint32Array.from({ length: USERS }, (_, n) => n)
        measure(`rank top-20 d=${dim}`, dim === 20 ? 10 : 3, () => {
          engine.rank(user, item, users, 20, null)
        })
        if (dim === 20)
          measure(`rank top-200 d=${dim}`, 10, () => {
            engine.rank(user, item, users, 200, null)
          })
        engine.dispose()
      },
    ]),
  ),
  ...Object.fromEntries(
    [50, 100].map((k) => [
      `rce${k}`,
      () => {
        const { engine, user, item } = world(20)
        const users = ids(BATCH, USERS)
        const top = { users, items: lists(k, 0), k }
        const approximate = { users, items: lists(2 * k, 0.3), k: 2 * k }
        const t1 = normals(BATCH * k, 3)
        const t2 = normals(BATCH * k * 2, 3)
        const gamma = Float32Array.from({ length: BATCH }, () => rng.float())
        const weights = new Float32Array(BATCH).fill(1)
        const positives = ids(BATCH, ITEMS)
        const negatives = ids(BATCH, ITEMS)
        measure(`rce-kd step K=${k}`, 50, () => {
          engine.bpr(user, item, users, positives, negatives, 1)
          engine.rceKd(user, item, top, t1, approximate, t2, gamma, weights, 1, 500)
          engine.adam([user, item], adam)
        })
        measure(`rce-kd alone K=${k}`, 50, () => {
          engine.rceKd(user, item, top, t1, approximate, t2, gamma, weights, 1, 500)
        })
        engine.dispose()
      },
    ]),
  ),
  rrd() {
    const { engine, user, item } = world(20)
    const users = ids(BATCH, USERS)
    const listed = { users, items: lists(100, 0), k: 100 }
    const background = { users, items: ids(BATCH * 200, ITEMS), k: 200 }
    const weights = new Float32Array(BATCH).fill(1)
    const positives = ids(BATCH, ITEMS)
    const negatives = ids(BATCH, ITEMS)
    measure('rrd step 100 + 200', 50, () => {
      engine.bpr(user, item, users, positives, negatives, 1)
      engine.relaxedRanking(user, item, listed, background, weights, null, 0.1)
      engine.adam([user, item], adam)
    })
    measure('rrd alone', 50, () => {
      engine.relaxedRanking(user, item, listed, background, weights, null, 0.1)
    })
    engine.dispose()
  },
  ...Object.fromEntries(
    [1, 2].map((layers) => [
      `pairs${layers}`,
      () => {
        for (const [driver, engine, part] of [
          ['kernels', createEngine({ threads }), 1],
          ['plain', createPlainEngine(), 16],
        ] as const) {
          const tables = perceptron(engine, 64, layers)
          const scorer = engine.pairPerceptron(tables)
          const [rows, k] = [BATCH / part, 80]
          const list = { users: ids(rows, USERS), items: lists(k, 0).subarray(0, rows * k), k }
          const numbers = new Float32Array(rows * k).fill(0.01)
          const users = Uint32Array.from({ length: 64 / part }, (_, n) => n)
          const whole = new Float32Array(users.length * ITEMS)
          const times = part === 1 ? 20 : 3
          console.log(
            `   ${driver}: ${rows * k} pairs of 64 numbers, ${users.length} users with the catalogue`,
          )
          measure(`pairs, ${layers} layers`, times, () => scorer.score(list, numbers))
          measure(`pairs back`, times, () => scorer.pull(list, numbers))
          measure(`catalogue`, times, () => scorer.scoreAll(users, whole))
          engine.dispose()
        }
      },
    ]),
  ),
  product() {
    const size = 512
    const [left, right] = [normals(size * size, 1), normals(size * size, 1)]
    const shape = { rows: size, inner: size, columns: size }
    console.log(`   ${((2 * size ** 3) / 1e9).toFixed(2)} GFLOP`)
    for (const [name, engine] of [
      ['product', createEngine({ threads })],
      ['product, plain', createPlainEngine()],
    ] as const) {
      const out = new Float32Array(size * size)
      measure(name, 10, () => engine.product(left, right, shape, out))
      engine.dispose()
    }
  },
  ...Object.fromEntries(
    [20, 64].map((dim) => [
      `background${dim}`,
      () => {
        const { engine, user, item } = world(dim, 0.3)
        const users = Uint32Array.from({ length: 1700 }, (_, n) => (n * 3) % USERS) // distinct users of a batch
        const rows = { users, items: ids(users.length * 50, ITEMS), k: 50 }
        const sums = new Float32Array(users.length)
        const grad = new Float32Array(users.length).fill(0.01)
        const gflop = (2 * users.length * ITEMS * dim) / 1e9
        console.log(
          `   ${gflop.toFixed(2)} GFLOP of scores; the sums take them once, the pullback three times`,
        )
        measure(`background sums d=${dim}`, 10, () => {
          engine.backgroundLogSumExp(user, item, rows, null, 40, sums)
        })
        measure(`background pull d=${dim}`, 10, () => {
          engine.pullBackground(user, item, rows, null, 40, grad, sums)
        })
        engine.dispose()
      },
    ]),
  ),
}

for (const [name, run] of Object.entries(scenarios)) if (name.startsWith(only)) run()
