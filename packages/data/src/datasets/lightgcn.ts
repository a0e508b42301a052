import {
  defineDataset,
  type DatasetDefinition,
  type DataFile,
  type DataSource,
  type Fingerprint,
  type SplitPreset,
} from '../define-dataset.ts'
import { asGiven, distinct } from './rules.ts'

const repository =
  'https://raw.githubusercontent.com/gusye1134/LightGCN-PyTorch/947ca2b3b1d2d3545b114145710cb06c4e57b3d2/data'

export const gowalla = defineDataset({
  name: 'gowalla',
  about: 'check-ins of 29,858 Gowalla users; several sets go by this name, so each split is named exactly',
  citation:
    'Eunjoon Cho, Seth A. Myers and Jure Leskovec. 2011. Friendship and Mobility. KDD. Filtered and split by Wang et al. (NGCF, SIGIR 2019) and He et al. (LightGCN, SIGIR 2020).',
  licence: 'none stated; published for research through SNAP',
  home: 'https://github.com/gusye1134/LightGCN-PyTorch',
  defaultSplit: 'lightgcn-valid',
  splits: {
    ...lightgcn(
      'gowalla',
      { users: 29858, items: 40981, interactions: 1027370 },
      { train: 810128, test: 217242 },
    ),
    'rce-kd': rceKd('Gowalla_10100811_Chron', {
      users: 29858,
      items: 40988,
      train: 810128,
      valid: 100508,
      test: 116828,
    }),
  },
})

export const yelp2018 = defineDataset({
  name: 'yelp2018',
  about: 'visits of Yelp users, two versions: LightGCN (31,668 users) and RCE-KD (41,801 users)',
  citation:
    'Yelp data set challenge 2018. Filtered and split by Wang et al. (NGCF, SIGIR 2019) and He et al. (LightGCN, SIGIR 2020).',
  licence: 'Yelp data set terms: academic use, no redistribution',
  home: 'https://github.com/gusye1134/LightGCN-PyTorch',
  defaultSplit: 'lightgcn-valid',
  splits: {
    ...lightgcn(
      'yelp2018',
      { users: 31668, items: 38048, interactions: 1561406 },
      { train: 1237259, test: 324147 },
    ),
    'rce-kd': rceKd('Yelp2018_10104811_Chron', {
      users: 41801,
      items: 26512,
      train: 801621,
      valid: 98722,
      test: 122261,
    }),
  },
})

export const amazonBook = defineDataset({
  name: 'amazon-book',
  about: '2,984,108 book reviews of 52,643 Amazon users, 10-core, as split for LightGCN',
  citation:
    'Ruining He and Julian McAuley. 2016. Ups and Downs. WWW. Filtered and split by Wang et al. (NGCF, SIGIR 2019) and He et al. (LightGCN, SIGIR 2020).',
  licence: 'none stated; the publishers ask for citation and offer it for research',
  home: 'https://github.com/gusye1134/LightGCN-PyTorch',
  defaultSplit: 'lightgcn-valid',
  splits: lightgcn(
    'amazon-book',
    { users: 52643, items: 91599, interactions: 2984108 },
    { train: 2380730, test: 603378 },
  ),
})

function lightgcn(
  folder: string,
  expect: Fingerprint & { items: number },
  sizes: { train: number; test: number },
): DatasetDefinition['splits'] {
  const file = (part: string): DataFile => ({
    file: `${part}.txt`,
    url: `${repository}/${folder}/${part}.txt`,
    sha256: null,
    read: { format: 'adjacency' },
    alternatives: [{ file: `${part}.tsv`, read: { format: 'csv' } }],
  })
  const source: DataSource = {
    kind: 'files',
    parts: { train: [file('train')], test: [file('test')] },
    expect,
  }
  const { users, items } = expect
  return {
    lightgcn: {
      about:
        'train and test as published with NGCF and LightGCN; no validation part, so nothing can stop training early',
      source,
      filters: [distinct],
      rule: asGiven(),
      expect: { users, items, train: sizes.train, valid: 0, test: sizes.test },
    },
    'lightgcn-valid': {
      about:
        'test as published with NGCF and LightGCN; a tenth of each user’s training items, at random, for validation',
      source,
      filters: [distinct],
      rule: asGiven(0.1),
    },
  }
}

/** Chronological 8:1:1 splits of 10-core data as the RCE-KD line of work distributes them. */
function rceKd(archive: string, expect: NonNullable<SplitPreset['expect']>): SplitPreset {
  const file = (part: string): DataFile => ({
    file: `rce-kd/${part}.txt`,
    url: `https://zenodo.org/record/7683693/files/${archive}.zip`,
    sha256: null,
    archive: { file: `${archive}.zip`, member: new RegExp(`(^|/)${part}\\.(txt|csv|tsv)$`) },
    read: {
      format: 'csv',
      delimiter: '\t',
      header: true,
      columns: { user: 'USER', item: 'ITEM', rating: null, time: null },
    },
    alternatives: [{ file: `rce-kd/${part}.tsv` }],
  })
  return {
    about: '10-core, 8:1:1 of each user in order of time, as in the RCE-KD paper',
    source: {
      kind: 'files',
      parts: { train: [file('train')], valid: [file('valid')], test: [file('test')] },
      expect: {
        users: expect.users,
        items: expect.items,
        interactions: expect.train + expect.valid + expect.test,
      },
    },
    filters: [distinct],
    rule: asGiven(),
    expect,
  }
}
