import type { Shown } from './shown.ts'

/**
 * Popularity lift: how much more popular the recommended items are than what the users took themselves.
 *
 *     lift@k = (popularity of lists - popularity of profiles) / popularity of profiles
 *
 * Both are means over users of the mean number of training interactions of the items. 0 keeps the users' taste for
 * the popular, above 0 adds to it. Users without training items are left out of both.
 * @see Abdollahpouri et al., RMSE workshop at RecSys 2019
 */
export function lift({ listPopularity, profilePopularity }: Shown): number {
  return profilePopularity === 0 ? 0 : (listPopularity - profilePopularity) / profilePopularity
}
