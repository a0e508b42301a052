import { load } from '@recdistill/serve'
import { byId, element } from './element.ts'
import { createMeasuring } from './measure-models.ts'
import { openModel, recommenderOf, roles, type Model, type Role } from './model.ts'
import { listLength, offered, type Page } from './page.ts'
import { showModels } from './panel/models.ts'
import { pickSome, showFound, showTaste, startOver } from './panel/taste.ts'
import { showUser } from './panel/user.ts'
import { createTitles, fetchTitles } from './titles.ts'

// Addresses: ?teacher=URL&student=URL&titles=URL&user=ID&k=N, each of them optional.
const address = new URL(location.href)
const bundleOf = (role: Role) => address.searchParams.get(role) ?? `bundles/${role}.recdistill`
/** The page's own models have titles of their own; those of others may mean other items by the same ids. */
const ownModels = roles.every((role) => !address.searchParams.has(role))
const titlesAt = address.searchParams.get('titles') ?? (ownModels ? 'bundles/titles.json' : null)

const page: Page = {
  models: {
    teacher: { state: 'loading', from: bundleOf('teacher') },
    student: { state: 'loading', from: bundleOf('student') },
  },
  titles: createTitles(),
  user: address.searchParams.get('user'),
  picked: [],
  items: [],
}

const userInput = byId<HTMLInputElement>('user')
const lengthSelect = byId<HTMLSelectElement>('length')
const findInput = byId<HTMLInputElement>('find')

const modelsPanel = () => showModels(page, (role, file) => void replace(role, file, file.name))
const measure = createMeasuring(page, modelsPanel)

/** Lists of the user, who is kept in the address so that it can be passed on. */
function userPanel(): void {
  showUser(page)
  if (offered(page) === null || page.user === null) return
  address.searchParams.set('user', page.user)
  address.searchParams.set('k', String(listLength()))
  history.replaceState(null, '', address)
}

/** Takes another user, `step` places on in the bundle. */
function turn(step: number): void {
  const users = offered(page)?.users
  if (users === undefined || users.length === 0) return
  const at = page.user === null ? -1 : users.indexOf(page.user)
  page.user = users.at((Math.max(at, 0) + step + users.length) % users.length)
  userPanel()
  void measure()
}

async function replace(role: Role, source: File | URL, from: string): Promise<void> {
  if (source instanceof File && !address.searchParams.has('titles')) page.titles = createTitles()
  const loading: Model = { state: 'loading', from }
  page.models = { ...page.models, [role]: loading }
  modelsPanel()
  const opened = await openModel(source, from)
  if (page.models[role] !== loading) return // a later one took its place while it was on its way
  page.models = { ...page.models, [role]: opened } // the other one may have arrived meanwhile
  offer()
  expose()
  modelsPanel()
  userPanel()
  showTaste(page)
  void measure()
}

/** Users and items to choose from. */
function offer(): void {
  const recommender = offered(page)
  if (recommender === null) return
  const { users } = recommender
  page.items = [...recommender.items]
  if (page.user === null && users.length > 0) page.user = users.at(0)
  const some = Array.from({ length: Math.min(1000, users.length) }, (_, n) => users.at(n))
  findInput.placeholder = page.items.length > 0 ? `such as ${page.titles.of(page.items[0])}` : ''
  byId('users').replaceChildren(...some.map((id) => element('option', { value: id })))
}

/** For the console. */
function expose(): void {
  const { teacher, student } = page.models
  Object.assign(globalThis, {
    recdistill: { load, teacher: recommenderOf(teacher), student: recommenderOf(student) },
  })
}

byId('user-form').addEventListener('submit', (event) => {
  event.preventDefault()
  page.user = userInput.value.trim()
  userPanel()
  void measure()
})
byId('previous').addEventListener('click', () => turn(-1))
byId('next').addEventListener('click', () => turn(1))
byId('any').addEventListener('click', () => turn(1 + Math.floor(Math.random() * 1e6)))
lengthSelect.addEventListener('change', () => {
  userPanel()
  showTaste(page)
  void measure()
})
findInput.addEventListener('input', () => showFound(page))
byId('surprise').addEventListener('click', () => pickSome(page))
byId('clear').addEventListener('click', () => startOver(page))
// A file dropped beside the cards must not replace the page.
for (const kind of ['dragover', 'drop']) addEventListener(kind, (event) => event.preventDefault())

const length = address.searchParams.get('k')
if ([...lengthSelect.options].some((option) => option.value === length)) lengthSelect.value = length!
modelsPanel()
showTaste(page)
const first = page.models // while titles are on their way a file may take the place of one
if (titlesAt !== null) {
  const own = address.searchParams.has('titles')
  const titles = await fetchTitles(new URL(titlesAt, location.href)).catch((error: Error) => {
    // Beside the ratio, not in it: measuring writes over that.
    if (own) byId('ratio').after(element('p', { className: 'none' }, error.message))
    return page.titles
  })
  if (own || page.models === first) page.titles = titles
}
await Promise.all(
  roles
    .filter((role) => page.models[role] === first[role])
    .map((role) => replace(role, new URL(bundleOf(role), document.baseURI), bundleOf(role))),
)
document.documentElement.dataset.ready = 'yes'
