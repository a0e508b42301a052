import { defineDataset, type DataSource } from '../define-dataset.ts'
import { byRatio, core, distinct, leaveOneOut } from './rules.ts'

const source: DataSource = {
  kind: 'files',
  parts: {
    all: [
      {
        file: 'user_artists.dat',
        url: 'https://files.grouplens.org/datasets/hetrec2011/hetrec2011-lastfm-2k.zip',
        sha256: '6738f48195667ff03caaab4d32ca9a3133d8cc026b7c3cdaf6ce1010e913c59c',
        md5: '296d61afe4e8632b173fc2dd3be20ce2',
        archive: { file: 'hetrec2011-lastfm-2k.zip', member: /(^|\/)user_artists\.dat$/ },
        read: {
          format: 'csv',
          delimiter: '\t',
          header: true,
          columns: { user: 'userID', item: 'artistID', rating: 'weight', time: null },
        },
      },
    ],
  },
  expect: { users: 1892, items: 17632, interactions: 92834 },
}

export const lastfmHetrec = defineDataset({
  name: 'lastfm-hetrec',
  about: '92,834 artists listened to by 1,892 Last.fm users, with play counts; no times',
  citation:
    'Iván Cantador, Peter Brusilovsky and Tsvi Kuflik. 2011. 2nd Workshop on Information Heterogeneity and Fusion in Recommender Systems (HetRec 2011). RecSys.',
  licence: 'GroupLens and Last.fm: non-commercial use with citation',
  home: 'https://grouplens.org/datasets/hetrec-2011/',
  folders: ['hetrec2011-lastfm-2k'],
  defaultSplit: 'random',
  splits: {
    random: {
      about: 'users with 5 artists and more, 8:1:1 of each user at random',
      source,
      filters: [distinct, core(5, 0)],
      rule: byRatio('random'),
    },
    loo: {
      about: 'users with 5 artists and more, one random artist for test and one for validation',
      source,
      filters: [distinct, core(5, 0)],
      rule: leaveOneOut('random'),
    },
  },
})
