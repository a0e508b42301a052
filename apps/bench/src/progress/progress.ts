import type { RunRecord } from '@recdistill/core'
import type { TrainEvent } from '@recdistill/trainer'
import { line, type Output } from '../io.ts'
import { bar, duration, short } from './format.ts'
import { liveLines } from './live-lines.ts'

/** Tells a person how training goes: redrawn in place on a terminal, a line now and then elsewhere. */
export interface Progress {
  /** A model begins. */
  start(id: string, place: Place): void
  event(event: TrainEvent): void
  /** A line that stays. */
  say(text: string): void
  /** The model is done, or training stops: whatever was redrawn goes. */
  end(): void
}

/** The how many of all; of one that is brief no line is left but where there was a long silence. */
interface Place {
  readonly number: number
  readonly of: number
  readonly brief?: boolean
  /** Epochs after which it is looked at; those of the training when absent. */
  readonly until?: number
}

/** Without a terminal a tenth of the epochs gives a line, and no silence is longer than this, however long an epoch is. */
const quietMilliseconds = 20_000

/** A phase that took longer in the epoch before is shown when it begins, for nothing is drawn until it ends. */
const longSeconds = 0.5

export function createProgress(
  output: Output,
  { select, now = Date.now }: { select: string; now?: () => number },
): Progress {
  const live = liveLines(output, drawn, now)
  const { colour, isLive } = live
  let model = fresh('', '')
  let saidAt = now()
  let epochAt = now()

  function drawn(): string | null {
    if (model.epochs === 0) return null
    const spent = (now() - model.startedAt) / 1000
    const done = model.epoch - model.firstEpoch + model.share
    const left = done > 0.02 ? (spent / done) * (model.epochs - model.epoch - model.share) : NaN
    const parts = [
      `${colour.dim(model.place)} ${colour.bold(model.id)}`,
      `epoch ${model.epoch + 1}/${model.epochs} ${colour.cyan(bar(model.share, 1, 12))}`,
      model.phase === null ? '' : colour.dim(model.phase),
      ...words(model),
      Number.isFinite(left) ? colour.dim(`at most ${duration(left)} left`) : '',
    ]
    return parts.filter((part) => part !== '').join('  ')
  }

  return {
    start(id, { number, of, brief = false, until = Infinity }) {
      model = { ...fresh(id, `[${number}/${of}]`), brief, until }
      model.startedAt = now()
      if (!isLive && !brief) line(output, `${model.place} ${id}`)
    },
    event(event) {
      switch (event.type) {
        case 'resumed':
          model.firstEpoch = event.epoch
          if (!model.brief)
            live.say(`${model.place} ${model.id}: goes on from epoch ${event.epoch + 1}, step ${event.step}`)
          return
        case 'epoch-start':
          model.epoch = event.epoch
          model.epochs = Math.min(event.epochs, model.until)
          model.share = 0
          model.phase = null
          epochAt = now()
          break
        case 'phase':
          model.phase = event.phase
          live.draw(model.long === null || model.long.has(event.phase))
          return
        case 'step':
          model.phase = null
          model.share = event.steps > 0 ? event.step / event.steps : 0
          if (!isLive && now() - Math.max(saidAt, epochAt) >= quietMilliseconds) {
            saidAt = now()
            const share = `${Math.floor(100 * model.share)} % of its steps`
            line(output, `${model.place} ${model.id}: epoch ${model.epoch + 1}/${model.epochs}  ${share}`)
          }
          break
        case 'epoch': {
          model.share = 1
          model.phase = null
          model.long = longPhases(event.record.seconds)
          model.loss = event.record.loss
          model.best = event.best
          model.valid = event.record.valid?.[select] ?? model.valid
          const every = Math.max(1, Math.ceil(model.epochs / 10))
          const due = !model.brief && (event.record.epoch === 0 || (event.record.epoch + 1) % every === 0)
          if (!isLive && (due || now() - saidAt >= quietMilliseconds)) {
            saidAt = now()
            line(
              output,
              `${model.place} ${model.id}: epoch ${event.record.epoch + 1}/${model.epochs}  ${words(model).join('  ')}`,
            )
          }
          break
        }
        case 'checkpoint':
          return
      }
      live.draw()
    },
    say: live.say,
    end() {
      model.epochs = 0
      live.end()
    },
  }

  function words({ loss, valid, best }: ModelState): string[] {
    const out: string[] = []
    if (loss !== null)
      out.push(`loss ${short(loss.base)}${loss.kd === undefined ? '' : ` kd ${short(loss.kd)}`}`)
    if (valid !== null) out.push(`valid ${select} ${short(valid)}`)
    if (best !== null) out.push(`best ${short(best.value)} at ${best.epoch + 1}`)
    return out
  }
}

type Phase = Extract<TrainEvent, { type: 'phase' }>['phase']

function longPhases({ lists, evaluate }: RunRecord['seconds']): ReadonlySet<Phase> {
  const all: readonly (readonly [Phase, number])[] = [
    ['lists', lists],
    ['validation', evaluate],
  ]
  return new Set(all.filter(([, seconds]) => seconds > longSeconds).map(([phase]) => phase))
}

interface ModelState {
  id: string
  place: string
  brief: boolean
  until: number
  startedAt: number
  firstEpoch: number
  epoch: number
  epochs: number
  share: number
  phase: Phase | null
  /** Phases that took long in the epoch before; null in the first. */
  long: ReadonlySet<Phase> | null
  loss: { readonly base: number; readonly kd?: number } | null
  valid: number | null
  best: { readonly epoch: number; readonly value: number } | null
}

function fresh(id: string, place: string): ModelState {
  return {
    id,
    place,
    brief: false,
    until: Infinity,
    startedAt: 0,
    firstEpoch: 0,
    epoch: 0,
    epochs: 0,
    share: 0,
    phase: null,
    long: null,
    loss: null,
    valid: null,
    best: null,
  }
}
