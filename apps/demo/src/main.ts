import { load, type Recommender } from '@recdistill/serve'
import { byId, element } from './element.ts'
import { measureLatency } from './measure-latency.ts'
import { openModel, recommenderOf, roles, type Model, type Models, type Role } from './model.ts'
import { createTitles, fetchTitles } from './titles.ts'
import { digits } from './view/format.ts'
import { itemButtons } from './view/item-buttons.ts'
import { listPair, type Side } from './view/list-pair.ts'
import { modelCard } from './view/model-card.ts'

// Addresses: ?teacher=URL&student=URL&titles=URL&user=ID&k=N, each of them optional.
const address = new URL(location.href)
const bundleOf = (role: Role) => address.searchParams.get(role) ?? `bundles/${role}.recdistill`
/** The page's own models have titles of their own; those of others may mean other items by the same ids. */
const ownModels = roles.every((role) => !address.searchParams.has(role))
const titlesAt = address.searchParams.get('titles') ?? (ownModels ? 'bundles/titles.json' : null)

let models: Models = {
  teacher: { state: 'loading', from: bundleOf('teacher') },
  student: { state: 'loading', from: bundleOf('student') },
}
let titles = createTitles()
let user = address.searchParams.get('user')
let picked: readonly string[] = []
let allItems: readonly string[] = []

const userInput = byId<HTMLInputElement>('user')
const lengthSelect = byId<HTMLSelectElement>('length')
const findInput = byId<HTMLInputElement>('find')
const k = () => Number(lengthSelect.value)

/** What each model answers; what it refuses becomes a sentence in its place. */
function ask(question: (recommender: Recommender) => Side): Record<Role, Side> {
  const answer = (model: Model): Side => {
    const recommender = recommenderOf(model)
    if (recommender === null) return model.state === 'loading' ? 'Loading ...' : 'There is no model.'
    try {
      return question(recommender)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  return { teacher: answer(models.teacher), student: answer(models.student) }
}

function show(into: string, status: string, sides: Record<Role, Side>): void {
  const { nodes, agreement } = listPair(sides, { titles, pick: showSimilar })
  byId(into).replaceChildren(...nodes)
  byId(status).textContent = agreement
}

/** The model whose users and items the page offers: the student, or else the teacher. */
const offered = () => recommenderOf(models.student) ?? recommenderOf(models.teacher)

function showModels(): void {
  byId('models').replaceChildren(
    ...roles.map((role) => modelCard(role, models[role], (file) => void replace(role, file, file.name))),
  )
  const [teacher, student] = roles.map((role) => models[role])
  if (teacher.state !== 'ready' || student.state !== 'ready') byId('ratio').textContent = ''
  else {
    const smaller = digits(teacher.recommender.info.bytes / student.recommender.info.bytes)
    const faster =
      teacher.latency &&
      student.latency &&
      digits(teacher.latency.milliseconds / student.latency.milliseconds)
    byId('ratio').textContent =
      `The teacher is ${smaller} times the size of the student` +
      (faster ? `, and takes ${faster} times as long for a list.` : '.')
  }
}

function showUser(): void {
  const recommender = offered()
  if (recommender === null || user === null) {
    byId('history').replaceChildren()
    byId('recommendations').replaceChildren()
    byId('agreement').textContent = ''
    return
  }
  const asked = user
  userInput.value = asked
  const known = recommender.users.has(asked)
  const seen = known ? recommender.seen(asked) : []
  byId('history-title').textContent = known ? `History: ${seen.length} items` : 'History'
  byId('history').replaceChildren(
    known
      ? itemButtons(seen, { titles, press: showSimilar, says: 'show what is like it', most: 60 })
      : element(
          'p',
          { className: 'none' },
          `There is no user "${asked}". Try one that the list of users offers.`,
        ),
  )
  show(
    'recommendations',
    'agreement',
    ask((one) => one.recommend(asked, { k: k() })),
  )
  address.searchParams.set('user', asked)
  address.searchParams.set('k', String(k()))
  history.replaceState(null, '', address)
}

function showTaste(): void {
  byId('picked').replaceChildren(
    picked.length > 0
      ? itemButtons(picked, { titles, press: (item) => pick(item, false), says: 'take away' })
      : element('p', { className: 'none' }, 'Nothing yet.'),
  )
  if (picked.length > 0)
    show(
      'suggestions',
      'taste-agreement',
      ask((one) => one.recommendFor(picked, { k: k() })),
    )
  else {
    byId('suggestions').replaceChildren()
    byId('taste-agreement').textContent = ''
  }
}

function showFound(): void {
  const found = titles.find(findInput.value, allItems, 24).filter((item) => !picked.includes(item))
  const nothing = findInput.value.trim() === '' ? '' : `There is no item like "${findInput.value}".`
  byId('found').replaceChildren(
    found.length > 0
      ? itemButtons(found, { titles, press: (item) => pick(item, true), says: 'I like it' })
      : element('p', { className: 'none' }, nothing),
  )
}

function showSimilar(item: string): void {
  const section = byId('similar')
  section.hidden = false
  byId('similar-title').textContent = `Like ${titles.of(item)}`
  show(
    'similar-lists',
    'similar-agreement',
    ask((one) => one.similar(item, { k: 10 })),
  )
  section.focus({ preventScroll: true })
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  section.scrollIntoView({ behavior: calm ? 'auto' : 'smooth', block: 'nearest' })
}

function pick(item: string, wanted: boolean): void {
  picked = wanted ? [...picked, item] : picked.filter((one) => one !== item)
  showTaste()
  showFound()
}

/** Takes another user, `step` places on in the bundle. */
function turn(step: number): void {
  const users = offered()?.users
  if (users === undefined || users.length === 0) return
  const at = user === null ? -1 : users.indexOf(user)
  user = users.at((Math.max(at, 0) + step + users.length) % users.length)
  showUser()
  void measure()
}

let measurement = 0

/** Times both models on users of theirs; a newer measurement ends an older one. */
async function measure(): Promise<void> {
  const own = ++measurement
  for (const role of roles) {
    const model = models[role]
    if (model.state !== 'ready' || model.recommender.users.length === 0) continue
    const { recommend, users } = model.recommender
    const length = k()
    // a stride that is prime, so that calls wander over all users
    const latency = await measureLatency(
      (n) => recommend(users.at((n * 7919) % users.length), { k: length }),
      {
        isWanted: () => own === measurement,
      },
    )
    if (latency === null) return
    models = { ...models, [role]: { ...model, latency } }
  }
  showModels()
}

async function replace(role: Role, source: File | URL, from: string): Promise<void> {
  if (source instanceof File && !address.searchParams.has('titles')) titles = createTitles()
  models = { ...models, [role]: { state: 'loading', from } }
  showModels()
  const opened = await openModel(source, from)
  models = { ...models, [role]: opened } // the other one may have arrived meanwhile
  const recommender = offered()
  if (recommender !== null) {
    allItems = [...recommender.items]
    if (user === null && recommender.users.length > 0) user = recommender.users.at(0)
    const some = Array.from({ length: Math.min(1000, recommender.users.length) }, (_, n) =>
      recommender.users.at(n),
    )
    findInput.placeholder = allItems.length > 0 ? `such as ${titles.of(allItems[0])}` : ''
    byId('users').replaceChildren(...some.map((id) => element('option', { value: id })))
  }
  expose()
  showModels()
  showUser()
  showTaste()
  void measure()
}

/** For the console. */
function expose(): void {
  const { teacher, student } = models
  Object.assign(globalThis, {
    recdistill: { load, teacher: recommenderOf(teacher), student: recommenderOf(student) },
  })
}

byId('user-form').addEventListener('submit', (event) => {
  event.preventDefault()
  user = userInput.value.trim()
  showUser()
  void measure()
})
byId('previous').addEventListener('click', () => turn(-1))
byId('next').addEventListener('click', () => turn(1))
byId('any').addEventListener('click', () => turn(1 + Math.floor(Math.random() * 1e6)))
lengthSelect.addEventListener('change', () => {
  showUser()
  showTaste()
  void measure()
})
findInput.addEventListener('input', showFound)
byId('surprise').addEventListener('click', () => {
  const left = allItems.filter((item) => !picked.includes(item))
  const some = Array.from({ length: Math.min(3, left.length) }, () =>
    left.splice(Math.floor(Math.random() * left.length), 1),
  )
  picked = [...picked, ...some.flat()]
  showTaste()
  showFound()
})
byId('clear').addEventListener('click', () => {
  picked = []
  findInput.value = ''
  showTaste()
  showFound()
})
// A file dropped beside the cards must not replace the page.
for (const kind of ['dragover', 'drop']) addEventListener(kind, (event) => event.preventDefault())

const length = address.searchParams.get('k')
if ([...lengthSelect.options].some((option) => option.value === length)) lengthSelect.value = length!
showModels()
showTaste()
if (titlesAt !== null)
  titles = await fetchTitles(new URL(titlesAt, location.href)).catch((error: Error) => {
    if (address.searchParams.has('titles')) byId('ratio').textContent = error.message
    return titles
  })
await Promise.all(
  roles.map((role) => replace(role, new URL(bundleOf(role), document.baseURI), bundleOf(role))),
)
document.documentElement.dataset.ready = 'yes'
