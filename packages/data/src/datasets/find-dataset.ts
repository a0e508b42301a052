import { InputError, nearest } from '@recdistill/core'
import type { DatasetDefinition } from '../define-dataset.ts'
import { amazon2023, amazon2023Categories, amazonCds, amazonGrocery } from './amazon.ts'
import { citeulikeA, citeulikeT } from './citeulike.ts'
import { lastfmHetrec } from './lastfm.ts'
import { amazonBook, gowalla, yelp2018 } from './lightgcn.ts'
import { movielens100k, movielens1m, movielens32m, movielensLatestSmall } from './movielens.ts'
import { synthetic } from './synthetic.ts'

/** Every named data set; `amazon-2023:<category>` stands once for each category. */
export function listDatasets(): DatasetDefinition[] {
  return [
    ...synthetic,
    movielensLatestSmall,
    movielens100k,
    movielens1m,
    movielens32m,
    citeulikeA,
    citeulikeT,
    gowalla,
    yelp2018,
    amazonBook,
    amazonGrocery,
    amazonCds,
    lastfmHetrec,
    ...amazon2023Categories.map(amazon2023),
  ]
}

/** @throws InputError with the nearest name when there is none of this name. */
export function findDataset(name: string): DatasetDefinition {
  const found = listDatasets().find((dataset) => dataset.name === name)
  if (found) return found
  if (name.startsWith('amazon-2023:')) return amazon2023(name.slice('amazon-2023:'.length))
  const names = listDatasets().map((dataset) => dataset.name)
  const near = nearest(name, names)
  const short = [...names.filter((known) => !known.startsWith('amazon-2023:')), 'amazon-2023:<category>']
  throw new InputError(
    `unknown data set "${name}"; ${near ? `did you mean "${near}"? ` : ''}There are ${short.join(', ')}`,
  )
}
