/** What a teacher or student is when nothing is said. */
export interface ModelDefaults {
  readonly backbone: string
  readonly dim: number
  readonly weightDecay: number
}

/** Per data set: MF sizes and weight decays of the RCE-KD experiments (spec 3.1); others get those of CiteULike. */
export function modelDefaults(dataset: string): { teacher: ModelDefaults; student: ModelDefaults } {
  const student = { backbone: 'mf', dim: 20, weightDecay: 1e-3 }
  const wide = ['gowalla', 'yelp2018'].includes(dataset.split(':')[0])
  const teacher = wide
    ? { backbone: 'mf', dim: 300, weightDecay: 1e-4 }
    : { backbone: 'mf', dim: 400, weightDecay: 1e-3 }
  return { teacher, student }
}

/** Of every model: Adam as in the papers (spec 6.2). */
export const optimizerDefaults = { lr: 1e-3, batch: 2048, negatives: 1 } as const

/** Stopping rule of the papers (spec 6.2). */
export const stoppingDefaults = { epochs: 1000, patience: 30, validateEvery: 1 } as const
