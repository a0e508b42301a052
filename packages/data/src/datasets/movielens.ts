import { defineDataset, type DataFile, type DataSource, type Fingerprint } from '../define-dataset.ts'
import { byRatio, byTime, core, distinct, leaveOneOut, liked } from './rules.ts'

const citation =
  'F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM TiiS 5, 4, article 19. https://doi.org/10.1145/2827872'
const closed =
  'GroupLens: research use, no redistribution without permission, no commercial use without permission'
const open =
  'GroupLens: research use; may be redistributed under the same conditions with its README; no commercial use without permission'

/** Checksums: SHA-256 of the zip where it is widely recorded, MD5 as GroupLens publishes it beside the file. */
export const movielensLatestSmall = movielens({
  name: 'movielens-latest-small',
  about: '100,836 ratings of 9,724 films by 610 users, 1996 to 2018 (the release of September 2018)',
  folder: 'ml-latest-small',
  licence: open,
  file: {
    file: 'ratings.csv',
    url: 'https://files.grouplens.org/datasets/movielens/ml-latest-small.zip',
    sha256: '696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436',
    read: { format: 'csv' },
  },
  expect: { users: 610, items: 9724, interactions: 100836 },
})

export const movielens100k = movielens({
  name: 'movielens-100k',
  about: '100,000 ratings of 1,682 films by 943 users, 1997 and 1998',
  folder: 'ml-100k',
  licence: closed,
  file: {
    file: 'u.data',
    url: 'https://files.grouplens.org/datasets/movielens/ml-100k.zip',
    sha256: '50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229',
    md5: '0e33842e24a9c977be4e0107933c0723',
    read: { format: 'csv', delimiter: '\t', header: false },
    alternatives: [{ file: 'ml-100k.inter', read: { format: 'inter' } }],
  },
  expect: { users: 943, items: 1682, interactions: 100000 },
})

export const movielens1m = movielens({
  name: 'movielens-1m',
  about: '1,000,209 ratings of 3,706 films by 6,040 users, 2000 to 2003',
  folder: 'ml-1m',
  licence: closed,
  file: {
    file: 'ratings.dat',
    url: 'https://files.grouplens.org/datasets/movielens/ml-1m.zip',
    sha256: 'a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20',
    md5: 'c4d9eecfca2ab87c1945afe126590906',
    read: { format: 'csv', delimiter: '::', header: false },
    alternatives: [{ file: 'ml-1m.inter', read: { format: 'inter' } }],
  },
  expect: { users: 6040, items: 3706, interactions: 1000209 },
})

export const movielens32m = movielens({
  name: 'movielens-32m',
  about: '32,000,204 ratings by 200,948 users, 1995 to 2023',
  folder: 'ml-32m',
  licence: open,
  file: {
    file: 'ratings.csv',
    url: 'https://files.grouplens.org/datasets/movielens/ml-32m.zip',
    sha256: null,
    md5: 'd472be332d4daa821edc399621853b57',
    read: { format: 'csv' },
  },
  // Rated films only are counted here; the README's 87,585 are all films listed, so items are not checked.
  expect: { users: 200948, interactions: 32000204 },
})

function movielens({
  folder,
  file,
  expect,
  ...rest
}: {
  name: string
  about: string
  folder: string
  licence: string
  file: Omit<DataFile, 'archive'>
  expect: Fingerprint
}) {
  const member = new RegExp(`(^|/)${file.file.replace('.', '\\.')}$`)
  const source: DataSource = {
    kind: 'files',
    parts: { all: [{ ...file, archive: { file: `${folder}.zip`, member } }] },
    expect,
  }
  const likes = [distinct, liked(4), core(5, 5)]
  return defineDataset({
    ...rest,
    citation,
    home: `https://grouplens.org/datasets/movielens/`,
    folders: [folder],
    defaultSplit: 'random',
    splits: {
      random: {
        about: 'ratings of 4 and more, 5-core, 8:1:1 of each user at random',
        source,
        filters: likes,
        rule: byRatio('random'),
      },
      time: {
        about: 'ratings of 4 and more, 5-core, 8:1:1 of each user in order of time',
        source,
        filters: likes,
        rule: byRatio('time'),
      },
      global: {
        about: 'ratings of 4 and more, 5-core, first 80 % of the time line, next 10 %, last 10 %',
        source,
        filters: likes,
        rule: byTime,
      },
      loo: {
        about: 'every rating, the last film of each user for test and the one before for validation',
        source,
        filters: [distinct],
        rule: leaveOneOut('last'),
      },
    },
  })
}
