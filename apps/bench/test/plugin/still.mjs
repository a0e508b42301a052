import { defineMethod } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { z } from 'zod'

/** A method whose student stays as it was made, at any learning rate; the one from scratch does not. */
export default defineMethod({
  name: 'still',
  paper: { title: 'A plugin of the tests', venue: 'here' },
  params: z.object({ K: z.int().min(1).default(10).describe('favourites per user') }),
  defaults: { lambda: 1, weightDecay: 0 },
  base: () => false,
  lists: (p) => ({
    favourites: { size: p.K, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(p.K)) },
  }),
  over: 'users',
  loss: ({ student }) => tf.mul(tf.sum(student.scores.favourites), 0),
})
