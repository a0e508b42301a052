import type { Io } from '../io.ts'
import { bar } from '../progress/format.ts'
import { liveLines } from '../progress/live-lines.ts'

/** On a terminal, how many users have their list. */
export function listsProgress({ stderr }: Io, users: number) {
  let done = 0
  const text = () => `recommendations ${bar(done, users, 12)} ${done}/${users} users`
  const live = liveLines(stderr, text, Date.now)
  const progress = (count: number) => {
    done = count
    live.draw()
  }
  return { progress, end: () => live.end() }
}
