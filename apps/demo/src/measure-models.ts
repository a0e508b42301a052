import { measureLatency } from './measure-latency.ts'
import { roles } from './model.ts'
import { listLength, type Page } from './page.ts'

/** A function that times both models on users of theirs, and calls `done`; a newer call ends an older one. */
export function createMeasuring(page: Page, done: () => void): () => Promise<void> {
  let newest = 0
  return async () => {
    const own = ++newest
    for (const role of roles) {
      const model = page.models[role]
      if (model.state !== 'ready' || model.recommender.users.length === 0) continue
      const { recommend, users } = model.recommender
      const k = listLength()
      // a stride that is prime, so that calls wander over all users
      const latency = await measureLatency((n) => recommend(users.at((n * 7919) % users.length), { k }), {
        isWanted: () => own === newest,
      })
      if (latency === null) return
      // a model that was replaced meanwhile does not come back with its time
      if (page.models[role] === model) page.models = { ...page.models, [role]: { ...model, latency } }
    }
    done()
  }
}
