import { defineMethod } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { z } from 'zod'

/** A method that meets NaN in an epoch, or with luck, which is the seed's, does not. */
export default defineMethod({
  name: 'nan-later',
  paper: { title: 'A plugin of the tests', venue: 'here' },
  params: z.object({
    K: z.int().min(1).default(10).describe('favourites per user'),
    at: z.int().min(0).default(2).describe('the epoch, from 0'),
    chance: z.number().min(0).max(1).default(1).describe('how likely a step of it is NaN'),
  }),
  defaults: { lambda: 1, weightDecay: 1e-5 },
  lists: (p) => ({
    favourites: { size: p.K, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(p.K)) },
  }),
  over: 'users',
  loss: ({ student, params, epoch, rng }) =>
    tf.mul(
      tf.sum(tf.softplus(tf.neg(student.scores.favourites))),
      epoch === params.at && rng.float() < params.chance ? NaN : 1,
    ),
})
