import { expect, test } from 'vitest'
import { bar, bytes, duration, short } from './format.ts'
import { createProgress } from './progress.ts'

test('numbers are short and plain', () => {
  expect([0.4, 59.6, 75, 3600, 7322].map(duration)).toEqual(['0.4s', '1m 00s', '1m 15s', '1h 00m', '2h 02m'])
  expect([0, 0.0237144, 1234.567, 1e-7, 123456789].map(short)).toEqual([
    '0',
    '0.02371',
    '1235',
    '1.00e-7',
    '1.23e+8',
  ])
  expect([0, 1, 3, 4].map((done) => bar(done, 4, 4))).toEqual(['░░░░', '█░░░', '███░', '████'])
  expect([10, 1536, 400 * 2 ** 20, 1.5 * 2 ** 30].map(bytes)).toEqual([
    '10 B',
    '1.5 KiB',
    '400 MiB',
    '1.5 GiB',
  ])
})

test('away from a terminal: about ten lines a model, no control characters', () => {
  let words = ''
  const progress = createProgress({ write: (text: string) => (words += text) }, { select: 'ndcg@10' })
  progress.start('rrd', { number: 3, of: 4 })
  for (let epoch = 0; epoch < 100; epoch++) {
    progress.event({ type: 'epoch-start', epoch, epochs: 100, steps: 5 })
    progress.event({ type: 'step', epoch, step: 3, steps: 5 })
    const record = {
      epoch,
      loss: { base: 0.5, kd: 2 },
      valid: { 'ndcg@10': 0.1 },
      seconds: { lists: 0, steps: 1, evaluate: 0 },
    }
    progress.event({ type: 'epoch', record, best: { epoch: 0, value: 0.1 }, patienceLeft: 3 })
  }
  progress.end()
  const lines = words.trimEnd().split('\n')
  expect(lines[0]).toBe('[3/4] rrd')
  expect(lines[1]).toBe('[3/4] rrd: epoch 1/100  loss 0.5 kd 2  valid ndcg@10 0.1  best 0.1 at 1')
  expect(lines).toHaveLength(12)
  expect(words).not.toContain('\u001B')
})

test('away from a terminal: of short epochs no silence of more than 20 seconds', () => {
  let words = ''
  let clock = 0
  const output = { write: (text: string) => (words += text) }
  const progress = createProgress(output, { select: 'ndcg@10', now: () => clock })
  progress.start('teacher', { number: 1, of: 1 })
  for (let epoch = 0; epoch < 21; epoch++) {
    clock += 3000
    progress.event({ type: 'epoch-start', epoch, epochs: 1000, steps: 5 })
    const record = { epoch, loss: { base: 0.5 }, seconds: { lists: 0, steps: 3, evaluate: 0 } }
    progress.event({ type: 'epoch', record, best: null, patienceLeft: 3 })
  }
  expect(words.match(/epoch \d+/g)).toEqual(['epoch 1', 'epoch 8', 'epoch 15'])
})

test('away from a terminal: an epoch of minutes says how far it is', () => {
  let words = ''
  let clock = 0
  const output = { write: (text: string) => (words += text) }
  const progress = createProgress(output, { select: 'ndcg@10', now: () => clock })
  progress.start('teacher', { number: 1, of: 1 })
  progress.event({ type: 'epoch-start', epoch: 0, epochs: 3, steps: 100 })
  for (let step = 1; step <= 100; step++) {
    clock += 500
    progress.event({ type: 'step', epoch: 0, step, steps: 100 })
  }
  expect(words.trimEnd().split('\n').slice(1)).toEqual([
    '[1/1] teacher: epoch 1/3  40 % of its steps',
    '[1/1] teacher: epoch 1/3  80 % of its steps',
  ])
})

test('on a terminal: lists and validation are named while they take long, and not where they are done in no time', () => {
  let words = ''
  let clock = 0
  const terminal = { write: (text: string) => (words += text), isTTY: true, columns: 120, rows: 30 }
  const progress = createProgress(terminal, { select: 'ndcg@10', now: () => clock })
  progress.start('rrd', { number: 1, of: 1 })
  const epoch = (epoch: number, evaluate: number) => {
    words = ''
    progress.event({ type: 'epoch-start', epoch, epochs: 9, steps: 4 })
    progress.event({ type: 'phase', epoch, phase: 'lists' })
    progress.event({ type: 'phase', epoch, phase: 'validation' })
    const record = { epoch, loss: { base: 0.5 }, seconds: { lists: 0.01, steps: 1, evaluate } }
    clock += 1000
    progress.event({ type: 'epoch', record, best: null, patienceLeft: 3 })
    return words
  }
  expect(epoch(0, 8)).toMatch(/lists[^]*validation/)
  const second = epoch(1, 0.01)
  expect(second).not.toContain('lists')
  expect(second).toContain('validation')
  expect(epoch(2, 0.01)).not.toContain('validation')
})

test('on a terminal: one line redrawn, with the time left at most, gone at the end', () => {
  let words = ''
  let clock = 0
  const terminal = { write: (text: string) => (words += text), isTTY: true, columns: 120, rows: 30 }
  const progress = createProgress(terminal, { select: 'ndcg@10', now: () => clock })
  progress.start('teacher', { number: 1, of: 2 })
  progress.event({ type: 'epoch-start', epoch: 0, epochs: 10, steps: 4 })
  clock = 2000
  progress.event({ type: 'step', epoch: 0, step: 2, steps: 4 })
  // Half an epoch took 2 s, so nine and a half take 38 s.
  expect(words).toContain('epoch 1/10')
  expect(words).toContain('at most 38s left')
  const drawn = words.length
  progress.end()
  expect(words.length).toBeGreaterThan(drawn)
  progress.say('done')
  expect(words.endsWith('done\n')).toBe(true)
})

test('on a terminal: what is looked at before the end counts its own epochs', () => {
  let words = ''
  const terminal = { write: (text: string) => (words += text), isTTY: true, columns: 120, rows: 30 }
  const progress = createProgress(terminal, { select: 'ndcg@10', now: () => 0 })
  progress.start('rrd, setting 02 of 12', { number: 3, of: 4, brief: true, until: 12 })
  progress.event({ type: 'epoch-start', epoch: 0, epochs: 100, steps: 4 })
  progress.event({ type: 'step', epoch: 0, step: 2, steps: 4 })
  progress.end()
  expect(words).toContain('epoch 1/12')
})
