import { rowOf, type Ranker, type Split } from '@recdistill/core'

/** Users looked at, and the longest history of one that is. */
const sample = { users: 300, history: 1000 }

/**
 * What the rankings of a teacher that was trained elsewhere give away of how it was made, one sentence for each trap. Of a sample of users
 * with n interactions in all parts, with nothing left out:
 *
 *     share(part) = interactions of the part among the teacher's first n items / interactions of the part
 *
 * A teacher fits what it was trained on. Where it fits the test part as well as the training part, it has met both; where it finds
 * neither more often than chance (n of all items), its rows are probably not those of the ids. Both are guesses: nothing is refused.
 */
export function teacherTraps(
  teacher: Ranker,
  {
    train,
    valid,
    test,
    numUsers,
    numItems,
  }: Pick<Split, 'train' | 'valid' | 'test' | 'numUsers' | 'numItems'>,
): readonly string[] {
  const length = (part: Split['train'], user: number) => part.offsets[user + 1] - part.offsets[user]
  const depth = (user: number) => length(train, user) + length(valid, user) + length(test, user)
  const told = Array.from({ length: numUsers }, (_, user) => user).filter(
    (user) => length(train, user) > 0 && length(test, user) > 0 && depth(user) <= sample.history,
  )
  const step = Math.max(1, Math.ceil(told.length / sample.users))
  const users = Uint32Array.from(told.filter((_, n) => n % step === 0))
  if (users.length === 0) return []
  const k = Math.min(numItems, Math.max(...Array.from(users, depth)))
  const { items } = teacher.rank(users, k, null)
  const parts = { train: { found: 0, all: 0, chance: 0 }, test: { found: 0, all: 0, chance: 0 } }
  users.forEach((user, n) => {
    const first = new Set(items.subarray(n * k, n * k + Math.min(k, depth(user))))
    for (const [name, part] of [
      ['train', train],
      ['test', test],
    ] as const) {
      const met = rowOf(part, user)
      parts[name].all += met.length
      parts[name].found += met.reduce((count, item) => count + (first.has(item) ? 1 : 0), 0)
      parts[name].chance += (met.length * first.size) / numItems
    }
  })
  const share = (name: 'train' | 'test') => parts[name].found / parts[name].all
  const percent = (name: 'train' | 'test') => `${Math.round(100 * share(name))} %`
  const enough = parts.test.all >= 20 && parts.train.chance <= 0.3 * parts.train.all
  if (!enough) return []
  if (share('train') >= 0.5 && share('test') >= Math.max(0.5, 0.8 * share('train')))
    return [
      `it finds test interactions as well as training ones (${percent('test')} and ${percent('train')} of them among a user's first): it seems to have been trained on the test part too, and then its numbers and those of its students are too good; train it on the files of "recdistill data split"`,
    ]
  if ([parts.train, parts.test].every(({ found, chance }) => found <= 1.3 * chance + 2 * Math.sqrt(chance)))
    return [
      `it finds what users have met no more often than chance (${percent('train')} of training interactions, ${percent('test')} of test ones): look whether ids are in the order of its rows, and, where it leaves out what users have met, that this is the training part alone`,
    ]
  return []
}
