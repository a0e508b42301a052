import { defineDataset, type DataSource } from '../define-dataset.ts'
import { byRatio, core, leaveOneOut } from './rules.ts'

const citation =
  'Hao Wang, Binyi Chen and Wu-Jun Li. 2013. Collaborative Topic Regression with Social Regularization for Tag Recommendation. IJCAI.'
const licence = 'none stated; published for research, collected from CiteULike'

const sourceT: DataSource = {
  kind: 'files',
  parts: {
    all: [
      {
        file: 'users.dat',
        url: 'https://raw.githubusercontent.com/js05212/citeulike-t/4f103c6ea0fe407b23be230837b65517e613c34a/users.dat',
        sha256: '02d5d429b2c0362e0ed79f6ef204666b4092563d21493abf4dfb521e8a7078bf',
        read: { format: 'citeulike' },
      },
    ],
  },
  expect: { users: 7947, items: 25584, interactions: 134860 },
}
const counts = { users: 5219, items: 25181 }
const ratioCounts = { ...counts, train: 98405, valid: 12451, test: 14724 }

export const citeulikeT = defineDataset({
  name: 'citeulike-t',
  about: '134,860 articles in the libraries of 7,947 CiteULike users; no times',
  citation,
  licence,
  home: 'https://github.com/js05212/citeulike-t',
  defaultSplit: 'random',
  splits: {
    random: {
      about: 'users with 5 items and more, 8:1:1 of each user at random: recommended for new claims',
      source: sourceT,
      filters: [core(5, 0)],
      rule: byRatio('random'),
      expect: ratioCounts,
    },
    'rce-kd': {
      about:
        'users with 5 items and more, 8:1:1 of each user in file order, as in the RCE-KD paper; file order is order of item id, so most test items are cold',
      source: sourceT,
      filters: [core(5, 0)],
      rule: byRatio('file'),
      expect: ratioCounts,
    },
    bd: {
      about:
        'users with 5 items and more, the last item of the file for validation and the one before it for test, as in the BD release; file order is order of item id',
      source: sourceT,
      filters: [core(5, 0)],
      rule: { rule: 'leave-last', n: 1, order: 'file', validLast: true },
      expect: { ...counts, train: 115142, valid: 5219, test: 5219 },
    },
    hetcomp: {
      about:
        'users with 5 items and more, a fifth of each user at random for test and a fifth for validation, both rounded down (HetComp)',
      source: sourceT,
      filters: [core(5, 0)],
      rule: { rule: 'ratio', ratios: [0.6, 0.2, 0.2], order: 'random', rest: 'train' },
      expect: { ...counts, train: 78958, valid: 23311, test: 23311 },
    },
    unkd: {
      about:
        'users with 5 items and more, a fifth of each user at random, rounded up, held out: of a fifth of the users for validation, of the others for test (UnKD)',
      source: sourceT,
      filters: [core(5, 0)],
      rule: { rule: 'user-groups', held: 0.2, valid: 0.2 },
      expect: { ...counts, train: 98405, valid: 6043, test: 21132 },
    },
    loo: {
      about: 'users with 5 items and more, one random item for test and one for validation (DE-RRD, DCD)',
      source: sourceT,
      filters: [core(5, 0)],
      rule: leaveOneOut('random'),
      expect: { ...counts, train: 115142, valid: 5219, test: 5219 },
    },
  },
})

const sourceA: DataSource = {
  kind: 'files',
  parts: {
    all: [
      {
        file: 'users.dat',
        url: 'https://raw.githubusercontent.com/js05212/citeulike-a/91b603922d7f2d3db18071d4798bf78c9c5d1680/users.dat',
        sha256: '53211d82c14ff261e595634d285ed9fbf8049cf81dcb751d924d695b9612a02c',
        read: { format: 'citeulike' },
      },
    ],
  },
  expect: { users: 5551, items: 16980, interactions: 204986 },
}

export const citeulikeA = defineDataset({
  name: 'citeulike-a',
  about: '204,986 articles in the libraries of 5,551 CiteULike users; no times',
  citation,
  licence,
  home: 'https://github.com/js05212/citeulike-a',
  defaultSplit: 'random',
  splits: {
    random: {
      about: '8:1:1 of each user at random',
      source: sourceA,
      filters: [core(5, 0)],
      rule: byRatio('random'),
    },
    loo: {
      about: 'one random item for test and one for validation',
      source: sourceA,
      filters: [core(5, 0)],
      rule: leaveOneOut('random'),
    },
  },
})
