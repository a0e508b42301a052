import { topologyDistance } from '@recdistill/losses'
import { defineMethod } from '@recdistill/plugin'
import { z } from 'zod'
import { presets } from './presets/ftd.ts'

/**
 * Full topology distillation: the student's users and items stand at the angles at which the teacher's stand. Relations are
 * compared, not coordinates, so vectors of different lengths need no projection.
 *
 *     loss = sum over ordered pairs (a, b) of (cos(s_a, s_b) - cos(t_a, t_b))^2
 *
 * a and b run over the batch's users together with its positive and negative items, each once.
 */
export default defineMethod({
  name: 'ftd',
  paper: {
    title: 'Topology Distillation for Recommender System',
    venue: 'KDD 2021',
    equations: 'full topology distillation',
  },
  params: z.object({}),
  defaults: { lambda: 1e-3, weightDecay: 1e-3 },
  presets,
  lists: () => ({}),
  rows: () => ({ users: 'users', items: 'items' }),
  over: 'users',
  loss: ({ student, teacher }) =>
    topologyDistance([student.rows.users, student.rows.items], [teacher.rows.users, teacher.rows.items]),
})
