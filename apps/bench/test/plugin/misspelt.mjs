import { defineMethod } from '@recdistill/plugin'
import { tf } from '@recdistill/tensor'
import { z } from 'zod'

/** A method with a mistake that no declaration shows: its loss reads a list by another name. */
export default defineMethod({
  name: 'misspelt',
  paper: { title: 'A plugin of the tests', venue: 'here' },
  params: z.object({}),
  defaults: { lambda: 1, weightDecay: 1e-5 },
  lists: () => ({
    favourites: { size: 5, refresh: 'once', draw: (row, out) => out.set(row.teacher.top(5)) },
  }),
  over: 'users',
  loss: ({ student }) => tf.sum(student.scores.favorites),
})
