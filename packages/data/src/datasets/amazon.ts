import { InputError, nearest } from '@recdistill/core'
import { defineDataset, type DatasetDefinition, type DataFile, type DataSource } from '../define-dataset.ts'
import { asGiven, byRatio, byTime, core, distinct, leaveOneOut } from './rules.ts'

const licence = 'none stated; the publishers ask for citation and offer it for research'
const citation2014 =
  'Julian McAuley, Christopher Targett, Qinfeng Shi and Anton van den Hengel. 2015. Image-Based Recommendations on Styles and Substitutes. SIGIR.'

const grocery: DataSource = {
  kind: 'files',
  parts: {
    all: [
      {
        file: 'train.csv',
        url: 'https://raw.githubusercontent.com/THUwangcy/ReChorus/e58d752558634d42be60de561d6f74df748583cc/data/Grocery_and_Gourmet_Food/train.csv',
        sha256: null,
        read: { format: 'csv', delimiter: '\t' },
        alternatives: [{ file: 'interactions.tsv', read: { format: 'csv' } }],
      },
    ],
  },
  expect: { users: 14681, items: 8687, interactions: 121892 },
}

export const amazonGrocery = defineDataset({
  name: 'amazon-grocery',
  about: '121,892 reviews of groceries by 14,681 Amazon users, 5-core, with days; the origin’s training part',
  citation: citation2014,
  licence,
  home: 'https://github.com/THUwangcy/ReChorus',
  defaultSplit: 'random',
  splits: {
    random: {
      about: '8:1:1 of each user at random',
      source: grocery,
      filters: [distinct, core(5, 0)],
      rule: byRatio('random'),
    },
    time: {
      about: '8:1:1 of each user in order of time',
      source: grocery,
      filters: [distinct, core(5, 0)],
      rule: byRatio('time'),
    },
    global: {
      about: 'first 80 % of the time line, next 10 %, last 10 %',
      source: grocery,
      filters: [distinct],
      rule: byTime,
    },
    loo: {
      about: 'the last item of each user for test, the one before for validation',
      source: grocery,
      filters: [distinct],
      rule: leaveOneOut('last'),
    },
  },
})

const cdFile = (part: string): DataFile => ({
  file: `${part}.txt`,
  url: `https://raw.githubusercontent.com/xue-pai/UltraGCN/b220010d62af08bd895963a3d71c7c8e55ee1f56/data/amazoncds/${part}.txt`,
  sha256: null,
  read: { format: 'adjacency' },
  alternatives: [{ file: `${part}.tsv`, read: { format: 'csv' } }],
})
const cds: DataSource = {
  kind: 'files',
  parts: { train: [cdFile('train')], test: [cdFile('test')] },
  expect: { users: 43169, items: 35648, interactions: 777426 },
}

export const amazonCds = defineDataset({
  name: 'amazon-cds',
  about: '777,426 reviews of CDs and vinyl by 43,169 Amazon users, as split for UltraGCN; no times',
  citation: citation2014,
  licence,
  home: 'https://github.com/xue-pai/UltraGCN',
  defaultSplit: 'given-valid',
  splits: {
    given: {
      about: 'train and test as published; no validation part, so nothing can stop training early',
      source: cds,
      filters: [distinct],
      rule: asGiven(),
      expect: { users: 43169, items: 35648, train: 604475, valid: 0, test: 172951 },
    },
    'given-valid': {
      about: 'test as published; a tenth of each user’s training items, at random, for validation',
      source: cds,
      filters: [distinct],
      rule: asGiven(0.1),
    },
  },
})

export const amazon2023Categories: readonly string[] =
  `All_Beauty Amazon_Fashion Appliances Arts_Crafts_and_Sewing Automotive Baby_Products Beauty_and_Personal_Care Books
   CDs_and_Vinyl Cell_Phones_and_Accessories Clothing_Shoes_and_Jewelry Digital_Music Electronics Gift_Cards
   Grocery_and_Gourmet_Food Handmade_Products Health_and_Household Health_and_Personal_Care Home_and_Kitchen
   Industrial_and_Scientific Kindle_Store Magazine_Subscriptions Movies_and_TV Musical_Instruments Office_Products
   Patio_Lawn_and_Garden Pet_Supplies Software Sports_and_Outdoors Subscription_Boxes Tools_and_Home_Improvement
   Toys_and_Games Unknown Video_Games`.split(/\s+/)

/** One category of Amazon Reviews 2023, in the publisher's 5-core version. @throws InputError naming the nearest category. */
export function amazon2023(category: string): DatasetDefinition {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '')
  const found = amazon2023Categories.find((name) => plain(name) === plain(category))
  if (!found) {
    const near = nearest(category, amazon2023Categories)
    throw new InputError(
      `amazon-2023: unknown category "${category}"${near ? `; did you mean "${near}"?` : ''} Categories: ${amazon2023Categories.join(', ')}`,
    )
  }
  const source: DataSource = {
    kind: 'files',
    parts: {
      all: [
        {
          file: `${found}.csv`,
          url: `https://mcauleylab.ucsd.edu/public_datasets/data/amazon_2023/benchmark/5core/rating_only/${found}.csv.gz`,
          sha256: null,
          read: {
            format: 'csv',
            columns: { user: 'user_id', item: 'parent_asin', rating: 'rating', time: 'timestamp' },
            timeUnit: 'ms',
          },
        },
      ],
    },
    expect: null,
  }
  const filters = [distinct, core(5, 5)]
  return defineDataset({
    name: `amazon-2023:${found}`,
    about: `Amazon Reviews 2023, ${found.replaceAll('_', ' ')}, the publisher’s 5-core version, with times`,
    citation:
      'Yupeng Hou, Jiacheng Li, Zhankui He, An Yan, Xiusi Chen and Julian McAuley. 2024. Bridging Language and Items for Retrieval and Recommendation. arXiv 2403.03952.',
    licence,
    home: 'https://amazon-reviews-2023.github.io/',
    folders: ['amazon-2023'],
    defaultSplit: 'random',
    splits: {
      random: { about: '5-core, 8:1:1 of each user at random', source, filters, rule: byRatio('random') },
      time: { about: '5-core, 8:1:1 of each user in order of time', source, filters, rule: byRatio('time') },
      global: {
        about: '5-core, first 80 % of the time line, next 10 %, last 10 %',
        source,
        filters,
        rule: byTime,
      },
      loo: {
        about: '5-core, the last item of each user for test, the one before for validation',
        source,
        filters,
        rule: leaveOneOut('last'),
      },
    },
  })
}
