import { byId } from '../element.ts'
import { roles, type Role } from '../model.ts'
import type { Page } from '../page.ts'
import { digits } from '../view/format.ts'
import { modelCard } from '../view/model-card.ts'

/** The two models, and how they compare in size and speed. `open` puts a file in the place of one. */
export function showModels({ models }: Page, open: (role: Role, file: File) => void): void {
  byId('models').replaceChildren(
    ...roles.map((role) => modelCard(role, models[role], (file) => open(role, file))),
  )
  byId('ratio').textContent = comparison(models)
}

function comparison({ teacher, student }: Page['models']): string {
  if (teacher.state !== 'ready' || student.state !== 'ready') return ''
  const smaller = digits(teacher.recommender.info.bytes / student.recommender.info.bytes)
  const faster =
    teacher.latency && student.latency && digits(teacher.latency.milliseconds / student.latency.milliseconds)
  return (
    `The teacher is ${smaller} times the size of the student` +
    (faster ? `, and takes ${faster} times as long for a list.` : '.')
  )
}
