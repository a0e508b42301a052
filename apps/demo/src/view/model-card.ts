import type { RecommenderInfo } from '@recdistill/serve'
import { element } from '../element.ts'
import type { Model, Role } from '../model.ts'
import { bytesInWords, count, timeInWords } from './format.ts'

const names: Readonly<Record<Role, string>> = { teacher: 'Teacher', student: 'Student' }

/** Everything about one model: what it is, how large, how fast; and the way to put another one in its place. */
export function modelCard(role: Role, model: Model, open: (file: File) => void): HTMLElement {
  const input = element('input', {
    type: 'file',
    accept: '.recdistill',
    onchange: () => {
      const file = input.files?.[0]
      if (file !== undefined) open(file)
    },
  })
  const card = element(
    'article',
    { className: 'card', data: { role, state: model.state } },
    element('h3', {}, names[role]),
    ...facts(role, model),
    element('label', { className: 'file' }, 'Another bundle (or drop it here)', input),
  )
  card.addEventListener('dragover', (event) => {
    event.preventDefault()
    card.classList.add('over')
  })
  card.addEventListener('dragleave', () => card.classList.remove('over'))
  card.addEventListener('drop', (event) => {
    event.preventDefault()
    card.classList.remove('over')
    const file = event.dataTransfer?.files[0]
    if (file !== undefined) open(file)
  })
  return card
}

function facts(role: Role, model: Model): Node[] {
  switch (model.state) {
    case 'loading':
      return [element('p', {}, `Loading ${model.from} ...`)]
    case 'refused':
      return [
        element(
          'p',
          { className: 'refusal', role: 'alert' },
          element('b', {}, `The ${role} could not be loaded from ${model.from}. `),
          model.reason,
        ),
      ]
    case 'ready': {
      const { info } = model.recommender
      const { model: name, backbone, method, dataset } = info.meta
      const kind = [backbone, method].filter((part) => part !== undefined && part !== name).join(', ')
      return [
        element(
          'p',
          { className: 'name' },
          [name ?? model.from, kind && `(${kind})`].filter(Boolean).join(' '),
        ),
        element(
          'dl',
          {},
          ...row('Size', bytesInWords(info.bytes), 'size'),
          ...row(
            'A list takes',
            model.latency === null
              ? 'measuring ...'
              : `${timeInWords(model.latency.milliseconds)} (median of ${count(model.latency.calls)})`,
            'latency',
          ),
          ...row('Vectors', `${info.dim} × ${info.precision}, together ${bytesInWords(vectorBytes(info))}`),
          ...row('Knows', `${count(info.users)} users, ${count(info.items)} items`),
          ...row('Kernels', kernels[info.simd]),
          ...row('Opened in', timeInWords(model.loadMilliseconds)),
          ...(dataset === undefined ? [] : row('Data', dataset)),
        ),
      ]
    }
  }
}

const bytesOf = { f32: 4, f16: 2, int8: 1 }

/** Of the vectors alone; the rest of a bundle is ids and histories. */
function vectorBytes({ users, items, dim, precision }: RecommenderInfo): number {
  return (users + items) * dim * bytesOf[precision]
}

const kernels = { relaxed: 'SIMD, fused', simd: 'SIMD', none: 'plain' }

function row(name: string, value: string, fact = ''): Node[] {
  return [element('dt', {}, name), element('dd', fact === '' ? {} : { data: { fact } }, value)]
}
