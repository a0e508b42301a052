import { rowsOver, type AnyMethod, type Aux } from '@recdistill/plugin'
import { AuxTables } from './aux-tables.ts'
import { checkPairLists, needsPairs, type LossRows } from './batch-block.ts'
import { DistinctIds } from './distinct-ids.ts'
import { fusedTerm } from './fused-term.ts'
import { itemTerm } from './item-term.ts'
import { listDraws } from './list-draws.ts'
import { tapeLoss } from './tape-loss.ts'
import type { KdSetting, KdTerm } from './term.ts'
import { UserLists, type ListModels } from './user-lists.ts'

/** Makes the term of a method. @throws InputError for a method that cannot be trained with; nothing is kept of it then. */
export function kdTerm(method: AnyMethod, setting: KdSetting): KdTerm {
  const models = { ...setting, teacherMoves: setting.learningTeacher !== null }
  const lists = new UserLists(method, setting.params, models)
  const owned: Owned[] = [lists]
  try {
    return termOf(method, setting, { lists, models }, owned)
  } catch (error) {
    for (const each of owned) each.dispose()
    throw error
  }
}

interface Owned {
  dispose(): void
}

/** @param owned Receives whatever is made and has to be given back. */
function termOf(
  method: AnyMethod,
  setting: KdSetting,
  { lists, models }: { lists: UserLists; models: ListModels },
  owned: Owned[],
): KdTerm {
  const { params, lambda, student, teacher, learningTeacher, engine, optimizer, rng } = setting
  const own = <T extends Owned | null>(made: T): T => {
    if (made) owned.push(made)
    return made
  }
  const over = rowsOver(method, params)
  const draws = listDraws(lists, models)
  checkPairLists(method.name, over, lists.lists)
  const specs = method.aux?.(params, lists.world) ?? ({} as Aux)
  const aux = own(new AuxTables(specs, { engine, optimizer, rng: rng.fork('aux'), method: method.name }))
  let readsEpochs = false
  const onEpochsRead = () => void (readsEpochs = true)
  const tape = { method, params, lists, aux, rng: rng.fork('tape'), onEpochsRead }
  const onTape = tapeLoss(tape, { learner: student, other: teacher, name: 'student', loss: method.loss })
  const ofTeacher =
    method.teacherLoss && learningTeacher
      ? tapeLoss(tape, {
          learner: learningTeacher,
          other: student,
          name: 'teacher',
          loss: method.teacherLoss,
        })
      : null
  const fused = ofTeacher
    ? null
    : own(fusedTerm(method.fused?.(params) ?? null, { lists, student, teacher, engine }))
  const distinct = new DistinctIds(student.numUsers)
  const overPairs = needsPairs(lists.lists)
  const side = method.itemSide?.(params) ?? null
  const items = side && own(itemTerm(method, side, { setting, userLists: lists, makeTerm: kdTerm }))

  return {
    beginEpoch(epoch) {
      draws.refresh(epoch)
      items?.beginEpoch(epoch)
    },
    step(batch, at) {
      const perPair = over === 'pairs'
      const { ids: users, counts } = distinct.of([batch.users])
      draws.drawBatch(users, at.epoch, at.step)
      const rows: LossRows = {
        users: !perPair ? users : overPairs ? batch.pairUsers : batch.users,
        pairs: overPairs ? batch.pairs : null,
        negatives: overPairs ? batch.pairNegatives : none,
        batch,
        ...at,
        progress: (at.epoch + at.step / at.steps) / at.epochs,
      }
      // Both losses are taken before either model moves.
      const scale = method.reduce?.(params) === 'mean' ? lambda / Math.max(1, rows.users.length) : lambda
      ofTeacher?.(rows, scale)
      const loss = fused?.step(users, perPair ? counts : counts.fill(1), scale) ?? onTape(rows, scale)
      const ofItems = items?.step(batch, at, users) ?? 0
      return { loss: loss + ofItems, rows: rows.users.length }
    },
    update: () => aux.update(),
    readsEpochs: () => readsEpochs || (items?.readsEpochs() ?? false),
    state: () => ({ ...lists.state(), ...aux.state(), ...items?.state() }),
    restore(arrays) {
      lists.restore(arrays)
      aux.restore(arrays)
      items?.restore(arrays)
    },
    dispose() {
      for (const each of owned) each.dispose()
    },
  }
}

const none = new Uint32Array(0)
