import type { OwnFiles } from './own-files.ts'

/** A method that works, to begin from. */
export function methodFiles(name: string, constant: string): OwnFiles {
  return {
    about: 'A knowledge-distillation method for recdistill.',
    use: '--methods FILE,rrd,rce-kd',
    source: source(name),
    test: test(name, constant),
  }
}

function source(name: string): string {
  return `import { softCrossEntropy } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'

/**
 * The student copies the teacher's distribution over items that the teacher ranks high: change what is drawn and what is
 * compared, and it is another method.
 */
export default defineMethod({
  name: '${name}',
  paper: { title: '${name}', venue: 'unpublished' },
  params: z.object({
    K: z.int().min(1).default(20).describe('items drawn per user'),
    from: z.int().min(1).default(50).describe('first items of the teacher that are drawn from'),
    tau: z.number().positive().default(1).describe('temperature of both distributions'),
  }),
  defaults: { lambda: 1, weightDecay: 1e-5 },
  check: ({ K, from }, { numItems }) => [
    ...(K > from ? [\`${name}.K: expected at most from = \${from}, got \${K}\`] : []),
    ...(from > numItems ? [\`${name}.from: expected at most \${numItems}, the number of items, got \${from}\`] : []),
  ],
  lists: ({ K, from }) => ({
    drawn: {
      size: K,
      refresh: { epochs: 1 },
      draw(row, out, rng) {
        const candidates = row.teacher.top(from, { seen: 'skip' }).slice()
        rng.shuffle(candidates)
        out.set(candidates.subarray(0, K))
      },
    },
  }),
  over: 'users',
  loss: ({ student, teacher, mask, params }) =>
    softCrossEntropy(student.scores.drawn, teacher.scores.drawn, { temperature: params.tau, mask: mask.drawn }),
})
`
}

function test(name: string, constant: string): string {
  return `import { describeMethod } from '@recdistill/plugin/contract'
import ${constant} from './${name}.ts'

// Gradients, determinism, padding, extreme scores, tiny users: every law of the method contract.
describeMethod(${constant}, { unseen: ['drawn'], variants: [{ tau: 3 }] })
`
}
