import type { Recommender } from '@recdistill/serve'
import { byId } from './element.ts'
import { recommenderOf, type Model, type Models, type Role } from './model.ts'
import type { Titles } from './titles.ts'
import { listPair, type Side } from './view/list-pair.ts'

/** What the page is about at the moment. Panels show it; only what the visitor does changes it. */
export interface Page {
  models: Models
  titles: Titles
  /** Whose lists are shown. */
  user: string | null
  /** What the visitor likes. */
  picked: readonly string[]
  /** All items that can be picked. */
  items: readonly string[]
}

/** The model whose users and items the page offers: the student, or else the teacher. */
export function offered({ models }: Page): Recommender | null {
  return recommenderOf(models.student) ?? recommenderOf(models.teacher)
}

/** Entries of a list, as the visitor chose. */
export function listLength(): number {
  return Number(byId<HTMLSelectElement>('length').value)
}

/** Puts what both models answer side by side into the page, and how far they agree. */
export function showAnswers(
  { models, titles }: Page,
  question: (recommender: Recommender) => Side,
  { into, status, pick }: { into: string; status: string; pick: (item: string) => void },
): void {
  const sides: Record<Role, Side> = {
    teacher: answer(models.teacher, question),
    student: answer(models.student, question),
  }
  const { nodes, agreement } = listPair(sides, { titles, pick })
  byId(into).replaceChildren(...nodes)
  byId(status).textContent = agreement
}

/** What a model refuses becomes a sentence in the place of its answer. */
function answer(model: Model, question: (recommender: Recommender) => Side): Side {
  const recommender = recommenderOf(model)
  if (recommender === null) return model.state === 'loading' ? 'Loading ...' : 'There is no model.'
  try {
    return question(recommender)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
