import { createRng, NO_ITEM } from '@recdistill/core'
import { expect, test } from 'vitest'
import { createPlainEngine } from './index.ts'
import { createWasmEngine } from './wasm/engine.ts'

test('smoke', () => {
  const rng = createRng(1)
  for (const dim of [20, 7, 64]) {
    const fast = createWasmEngine({ threads: 2, simd: 'relaxed' })!
    const plain = createPlainEngine()
    const U = 50,
      I = 300
    const normal = (n: number, s = 1) => Float32Array.from({ length: n }, () => s * rng.normal())
    const uv = normal(U * dim),
      iv = normal(I * dim)
    const mk = (e: typeof plain) => {
      const u = e.table('u', U, dim, { trainable: true }),
        i = e.table('i', I, dim, { trainable: true })
      e.write(u, uv)
      e.write(i, iv)
      return { e, u, i }
    }
    const a = mk(plain),
      b = mk(fast)
    const close = (x: ArrayLike<number>, y: ArrayLike<number>, tol = 1e-4) => {
      let worst = 0
      for (let n = 0; n < x.length; n++) worst = Math.max(worst, Math.abs(x[n] - y[n]) / (1 + Math.abs(x[n])))
      expect(worst).toBeLessThan(tol)
    }
    for (let step = 0; step < 20; step++) {
      const B = 33
      const ids = (n: number, m: number, pad = 0) =>
        Uint32Array.from({ length: n }, () => (rng.float() < pad ? NO_ITEM : rng.int(m)))
      const users = ids(B, U),
        pos = ids(B, I),
        neg = ids(B * 3, I)
      const top = { users, items: ids(B * 10, I, 0.2), k: 10 },
        app = { users, items: ids(B * 17, I, 0.5), k: 17 }
      const t1 = normal(B * 10, 3),
        t2 = normal(B * 17, 3),
        w = normal(B).map(Math.abs),
        g = Float32Array.from({ length: B }, () => rng.float())
      const losses = [a, b].map(({ e, u, i }) => {
        const out = new Float32Array(B * 17)
        e.scoreLists(u, i, app, out)
        const pulled = out.slice()
        const r = [
          e.bpr(u, i, users, pos, neg, 3),
          e.softCrossEntropy(u, i, top, w, t1, 1.5, 0.7),
          e.relaxedRanking(u, i, top, app, w, null, 0.1),
          e.rceKd(u, i, top, t1, app, t2, g, w, 2, 0.3),
        ]
        e.pullScores(
          u,
          i,
          app,
          pulled.map((x) => x * 0.01),
        )
        e.adam([u, i], { lr: 1e-3, weightDecay: 1e-4 })
        return { r, out }
      })
      close(losses[0].r, losses[1].r)
      close(losses[0].out, losses[1].out)
      console.log(
        dim,
        step,
        losses.map((x) => x.r),
      )
    }
    close(a.e.read(a.u), b.e.read(b.u))
    close(a.e.read(a.i), b.e.read(b.i))
    const users = Uint32Array.from({ length: U }, (_, n) => n)
    const ra = a.e.rank(a.u, a.i, users, 10, null),
      rb = b.e.rank(b.u, b.i, users, 10, null)
    expect([...rb.items]).toEqual([...ra.items])
    const pa = new Uint32Array(U * 10),
      pb = new Uint32Array(U * 10)
    a.e.positions(a.u, a.i, { users, items: ra.items, k: 10 }, null, pa)
    b.e.positions(b.u, b.i, { users, items: ra.items, k: 10 }, null, pb)
    expect([...pb]).toEqual([...pa])
    fast.dispose()
  }
})
