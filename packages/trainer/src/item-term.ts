import { InputError, transpose } from '@recdistill/core'
import type { AnyMethod, ItemSide } from '@recdistill/plugin'
import type { TrainBatch } from './batches.ts'
import { DistinctIds } from './distinct-ids.ts'
import { prefixed, unprefixed } from './named-arrays.ts'
import type { KdSetting, KdTerm, StepPlace } from './term.ts'
import type { UserLists } from './user-lists.ts'

/** The same machinery in a world where users and items have changed places. */
export function itemTerm(
  method: AnyMethod,
  side: ItemSide,
  {
    setting,
    userLists,
    makeTerm,
  }: {
    setting: KdSetting
    userLists: UserLists
    makeTerm: (method: AnyMethod, setting: KdSetting) => KdTerm
  },
) {
  const { teacher, student, lambda, train } = setting
  const flippedStudent = student.flipped?.()
  const flippedTeacher = teacher.flipped?.()
  if (!flippedStudent || !flippedTeacher)
    throw new InputError(
      `${method.name}: its item side ranks users for an item, which the ${flippedStudent ? 'teacher' : 'student'} cannot; switch the item side off, or use a backbone with vectors such as mf`,
    )
  const asMethod: AnyMethod = {
    name: `${method.name} (item side)`,
    paper: method.paper,
    params: method.params,
    defaults: method.defaults,
    over: 'users',
    lists: (_params, world) => side.lists(world),
    values: (_params, world) => side.values?.(world) ?? {},
    loss: side.loss as AnyMethod['loss'],
    fused: () => side.fused ?? null,
  }
  const drawn = Object.entries(userLists.lists).flatMap(([name, spec]) =>
    'draw' in spec && spec.per !== 'pair' ? [userLists.list(name)] : [],
  )
  if (side.over === 'listed' && drawn.length === 0)
    throw new InputError(
      `${method.name}: its item side runs over listed items, but no list is drawn for users; declare one, or choose over positives`,
    )
  const term = makeTerm(asMethod, {
    ...setting,
    lambda: lambda * side.weight,
    student: flippedStudent,
    teacher: flippedTeacher,
    trajectories: [],
    learningTeacher: null,
    train: transpose(train, student.numItems),
    rng: setting.rng.fork('item side'),
  })
  const distinct = new DistinctIds(student.numItems)
  const listed = (users: Uint32Array) =>
    drawn.flatMap(({ items, size }) =>
      Array.from(users, (user) => items.subarray(user * size, (user + 1) * size)),
    )
  const none = new Uint32Array(0)
  return {
    beginEpoch: (epoch: number) => term.beginEpoch(epoch),
    step(batch: TrainBatch, at: StepPlace, users: Uint32Array): number {
      const { ids } = distinct.of(side.over === 'positives' ? [batch.pairItems] : listed(users))
      const rows = {
        users: ids.slice(),
        positives: none,
        negatives: none,
        negativesPerRow: 0,
        rng: batch.rng,
      }
      const noPairs = {
        pairs: none,
        pairUsers: none,
        pairItems: none,
        pairNegatives: none,
        negativesPerPair: 0,
      }
      return side.weight * term.step({ ...rows, ...noPairs }, at).loss
    },
    dispose: () => term.dispose(),
    readsEpochs: () => term.readsEpochs(),
    state: () => prefixed('items.', term.state()),
    restore: (arrays: Readonly<Record<string, ArrayLike<number>>>) =>
      term.restore(unprefixed<ArrayLike<number>>('items.', arrays)),
  }
}
