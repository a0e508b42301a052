import { defineMethod } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { z } from 'zod'

/** A method as a stranger writes one: plain TensorFlow.js, no kernel of its own. */
export default defineMethod({
  name: 'soft-top',
  paper: { title: 'A plugin of the tests', venue: 'here' },
  params: z.object({ K: z.int().min(1).default(10).describe('favourites per user') }),
  defaults: { lambda: 1, weightDecay: 1e-5 },
  lists: (p) => ({
    favourites: { size: p.K, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(p.K)) },
  }),
  over: 'users',
  loss: ({ student, teacher }) =>
    tf.neg(tf.sum(tf.mul(tf.softmax(teacher.scores.favourites), tf.logSoftmax(student.scores.favourites)))),
})
