import { InputError, unknownName } from '@recdistill/core'
import type { UserMetric } from './accuracy/hits.ts'
import { hr } from './accuracy/hr.ts'
import { map } from './accuracy/map.ts'
import { mrr } from './accuracy/mrr.ts'
import { ndcg } from './accuracy/ndcg.ts'
import { precision } from './accuracy/precision.ts'
import { recall } from './accuracy/recall.ts'
import { arp } from './beyond/arp.ts'
import { coverage } from './beyond/coverage.ts'
import { gini } from './beyond/gini.ts'
import { lift } from './beyond/lift.ts'
import { novelty } from './beyond/novelty.ts'
import type { BeyondMetric } from './beyond/shown.ts'

interface Described {
  readonly name: string
  readonly title: string
  readonly formula: string
  readonly reference: string
  readonly better: 'higher' | 'lower' | 'depends'
}
export type MetricInfo = Described &
  (
    | { readonly kind: 'accuracy'; readonly of: UserMetric }
    | { readonly kind: 'beyond'; readonly of: BeyondMetric }
  )

/** Every metric by name, in the order of tables. Values carry the cut-off in their key: `recall@10`. */
export const metrics: Readonly<Record<string, MetricInfo>> = byName([
  {
    name: 'recall',
    title: 'Recall',
    kind: 'accuracy',
    formula: 'hits in the first k / max(1, |truth|), mean over users',
    reference: 'Herlocker et al., TOIS 2004; divided by the whole truth',
    better: 'higher',
    of: recall,
  },
  {
    name: 'ndcg',
    title: 'NDCG',
    kind: 'accuracy',
    formula:
      'sum of 1/log2(place + 2) over hits in the first k / the same of a perfect list, mean over users',
    reference: 'Järvelin and Kekäläinen, TOIS 2002',
    better: 'higher',
    of: ndcg,
  },
  {
    name: 'hr',
    title: 'Hit rate',
    kind: 'accuracy',
    formula: '1 if the first k hold a hit, else 0, mean over users',
    reference: 'Deshpande and Karypis, TOIS 2004',
    better: 'higher',
    of: hr,
  },
  {
    name: 'precision',
    title: 'Precision',
    kind: 'accuracy',
    formula: 'hits in the first k / k, mean over users',
    reference: 'Herlocker et al., TOIS 2004',
    better: 'higher',
    of: precision,
  },
  {
    name: 'mrr',
    title: 'MRR',
    kind: 'accuracy',
    formula: '1 / rank of the first hit if it is in the first k, else 0, mean over users',
    reference: 'Voorhees, TREC-8 1999',
    better: 'higher',
    of: mrr,
  },
  {
    name: 'map',
    title: 'MAP',
    kind: 'accuracy',
    formula:
      'sum of precision at the places of hits in the first k / min(k, max(1, |truth|)), mean over users',
    reference: 'Buckley and Voorhees, SIGIR 2000',
    better: 'higher',
    of: map,
  },
  {
    name: 'coverage',
    title: 'Catalogue coverage',
    kind: 'beyond',
    formula: "|items in somebody's first k| / |items|",
    reference: 'Ge, Delgado-Battenfeld and Jannach, RecSys 2010',
    better: 'higher',
    of: coverage,
  },
  {
    name: 'novelty',
    title: 'Novelty (bits)',
    kind: 'beyond',
    formula: 'mean over recommended places of -log2(max(1, training users of the item) / |users|)',
    reference: 'Zhou et al., PNAS 2010',
    better: 'higher',
    of: novelty,
  },
  {
    name: 'gini',
    title: 'Gini of exposure',
    kind: 'beyond',
    formula: 'Gini coefficient of how often each item is recommended; 0 is equal',
    reference: 'Adomavicius and Kwon, TKDE 2012',
    better: 'lower',
    of: gini,
  },
  {
    name: 'lift',
    title: 'Popularity lift',
    kind: 'beyond',
    formula:
      "(mean popularity of lists - that of users' own items) / that of users' own items; 0 keeps taste",
    reference: 'Abdollahpouri et al., RMSE workshop at RecSys 2019',
    better: 'depends',
    of: lift,
  },
  {
    name: 'arp',
    title: 'Average recommendation popularity',
    kind: 'beyond',
    formula: 'mean over users with training items of the mean training interactions of their first k items',
    reference: 'Yin et al., PVLDB 2012',
    better: 'depends',
    of: arp,
  },
])

/** Names of the metrics that compare with the truth. */
export const accuracyNames: readonly string[] = namesOf('accuracy')
/** Names of the metrics of the recommendations themselves. */
export const beyondNames: readonly string[] = namesOf('beyond')

/** `ndcg@10` as its metric and cut-off. Throws InputError, with the nearest name, for what it does not know. */
export function parseMetric(key: string): { readonly metric: MetricInfo; readonly k: number } {
  const [name, cut, ...rest] = key.split('@')
  const k = Number(cut)
  if (cut === undefined || cut === '' || rest.length > 0 || !Number.isInteger(k) || k < 1)
    throw new InputError(`metric "${key}": expected a name and a cut-off such as ndcg@10`)
  return { metric: metricNamed(name), k }
}

/** The metric called `name`. Throws InputError, with the nearest name, when there is none. */
export function metricNamed(name: string): MetricInfo {
  if (Object.hasOwn(metrics, name)) return metrics[name]
  throw new InputError(unknownName('metric', name, Object.keys(metrics), 'there are'))
}

function byName(list: readonly MetricInfo[]): Record<string, MetricInfo> {
  return Object.fromEntries(list.map((metric) => [metric.name, metric]))
}

function namesOf(kind: MetricInfo['kind']): string[] {
  return Object.values(metrics)
    .filter((metric) => metric.kind === kind)
    .map((metric) => metric.name)
}
