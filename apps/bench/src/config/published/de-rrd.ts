import type { Reference } from '@recdistill/core'

/** Training logs of the DE-RRD and IR-RRD releases: one run each, the best epoch chosen separately for each cut-off. */
export const deRrd: Reference = {
  source: 'the training logs of DE-RRD and IR-RRD (one run each)',
  notes: ['Theirs choose the best epoch for each cut-off on its own; ours is measured at one epoch.'],
  values: {
    scratch: row(0.4486, 0.2978, 0.3353, 0.5559, 0.3104, 0.3686, 0.6584, 0.3201, 0.3966),
    de: row(0.4773, 0.3205, 0.3595, 0.5796, 0.335, 0.3933, 0.6729, 0.3391, 0.4149),
    rrd: row(0.4698, 0.3175, 0.3554, 0.5727, 0.3303, 0.3879, 0.6679, 0.3382, 0.4132),
    'ir-rrd': row(0.4947, 0.3349, 0.3747, 0.5951, 0.3484, 0.4072, 0.6915, 0.3483, 0.4263),
  },
}

function row(...values: readonly number[]): Record<string, number> {
  const names = [5, 10, 20].flatMap((k) => [`hr@${k}`, `mrr@${k}`, `ndcg@${k}`])
  return Object.fromEntries(names.map((name, n) => [name, values[n]]))
}
