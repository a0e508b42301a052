import { prepareTensors, type Tensor2D, tf, valueAndGradients } from '@recdistill/tensor'
import { bench, describe } from 'vitest'
import { relaxedRanking } from './relaxed-ranking.ts'
import { relaxedRankingByRows } from './relaxed-ranking-by-rows.ts'
import { relaxedRankingBySums, spanOf } from './relaxed-ranking-by-sums.ts'

// `npx vitest bench --run --project losses`: a batch of RRD on CiteULike, 1,700 users, 100 listed and 200 background items.
await prepareTensors()
const masks = { listed: null, background: null }
const options = { time: 0, iterations: 15, warmupTime: 0, warmupIterations: 3 }

for (const [what, spread] of [
  ['narrow', 2],
  ['wide', 30],
] as const) {
  // prettier-ignore
  const listed = tf.randomNormal<tf.Rank.R2>([1700, 100], 0, spread, 'float32', 1)
  const background = tf.randomNormal<tf.Rank.R2>([1700, 200], 0, spread, 'float32', 2)
  describe(`relaxed ranking, ${what} scores`, () => {
    bench('value and gradient through the tape', () => {
      valueAndGradients({ listed, background }, (leaf) => relaxedRanking(leaf.listed, leaf.background))
    }, options) // prettier-ignore
    bench(
      'by rows',
      () => void tf.tidy(() => void read(relaxedRankingByRows(listed, background, masks))),
      options,
    )
    if (what === 'narrow')
      bench('by sums', () => {
        tf.tidy(() => {
          const { highest } = spanOf(listed, background, masks)
          read(relaxedRankingBySums(listed, background, masks, highest))
        })
      }, options) // prettier-ignore
  })
}

function read({ listed, background }: { listed: Tensor2D; background: Tensor2D }): void {
  listed.dataSync()
  background.dataSync()
}
