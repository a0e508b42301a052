import type { SearchEvent, TrialResult } from '@recdistill/compress'
import type { Output } from '../io.ts'
import { bar, duration, short } from '../progress/format.ts'
import { liveLines } from '../progress/live-lines.ts'

export interface SearchProgress {
  event(event: SearchEvent): void
  /** Whatever was redrawn goes. */
  end(): void
}

/** Tells how the search goes: a line for every student that ends, and on a terminal one for each that is running. */
export function createSearchProgress(
  output: Output,
  { select, now = Date.now }: { select: string; now?: () => number },
): SearchProgress {
  const live = liveLines(output, drawn, now)
  const { colour, say } = live
  const running = new Map<string, { epoch: number; epochs: number; best: number | null; since: number }>()
  let place = ''
  let ended = 0
  let of = 0

  function drawn(): string {
    return [...running]
      .map(([id, { epoch, epochs, best, since }]) =>
        [
          colour.dim(place),
          colour.bold(id),
          `epoch ${epoch}/${epochs} ${colour.cyan(bar(epoch, epochs, 12))}`,
          ...(best === null ? [] : [`best ${select} ${short(best)}`]),
          colour.dim(duration((now() - since) / 1000)),
        ].join('  '),
      )
      .join('\n')
  }

  return {
    event(event) {
      switch (event.type) {
        case 'rung':
          place = `[${event.number + 1}/${event.of}]`
          ended = 0
          of = event.trials
          say(
            `${place} ${event.trials} ${event.trials === 1 ? 'student' : 'students'} to epoch ${event.epochs}`,
          )
          return
        case 'finish':
          place = '[choice]'
          of = 0
          say(`${place} ${event.trial.id} is chosen and was stopped early: it is trained to its end`)
          return
        case 'refine':
          place = '[smaller]'
          of = 0
          say(`${place} the target is met: a student of ${event.trial.dim} with the same settings is tried`)
          return
        case 'begin':
          running.set(event.job.id, { epoch: 0, epochs: event.job.until, best: null, since: now() })
          break
        case 'progress': {
          const { epoch, epochs, best } = event
          running.set(event.job.id, { epoch, epochs, best, since: running.get(event.job.id)?.since ?? now() })
          break
        }
        case 'end':
          running.delete(event.job.id)
          ended++
          say(`${place}${of > 0 ? ` ${ended} of ${of}` : ''} ${inWords(event.result, select)}`)
          return
      }
      live.draw()
    },
    end() {
      running.clear()
      live.end()
    },
  }
}

function inWords(
  { trial, epochs, finished, candidates, failed, seconds }: TrialResult,
  select: string,
): string {
  if (failed !== undefined) return `${trial.id}: failed, ${failed}`
  const qualities = candidates.map(({ precision, quality }) => `${precision} ${short(quality.value)}`)
  return `${trial.id}: ${select} ${qualities.join('  ')}  (epoch ${epochs}${finished ? ', done' : ''}, ${duration(seconds)})`
}
