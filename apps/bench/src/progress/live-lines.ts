import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import { line, type Output } from '../io.ts'

/** Lines that are redrawn in place on a terminal, below lines that stay. */
export interface LiveLines {
  readonly isLive: boolean
  /** Plain where lines are not redrawn. */
  readonly colour: ReturnType<typeof pc.createColors>
  /** Redraws what `text` gives, unless that was done a moment ago and nobody insists; null is nothing to draw. */
  draw(insist?: boolean): void
  /** A line that stays. */
  say(text: string): void
  /** Whatever was redrawn goes. */
  end(): void
}

/** Small models have hundreds of epochs a second. */
const redrawMilliseconds = 80

export function liveLines(output: Output, text: () => string | null, now: () => number): LiveLines {
  // A terminal that does not know its width and height (some recorders) gets plain lines.
  const live =
    output.isTTY === true && (output.columns ?? 0) > 0 && output.rows !== 0
      ? createLogUpdate(output as NodeJS.WriteStream)
      : null
  let drawnAt = -Infinity
  const draw = (insist = false) => {
    if (live === null || (!insist && now() - drawnAt < redrawMilliseconds)) return
    const drawn = text()
    if (drawn === null) return
    drawnAt = now()
    live(drawn)
  }
  return {
    isLive: live !== null,
    colour: pc.createColors(live !== null && pc.isColorSupported),
    draw,
    say(said) {
      live?.clear()
      line(output, said)
      drawnAt = -Infinity
      draw()
    },
    end() {
      live?.clear()
      live?.done()
    },
  }
}
