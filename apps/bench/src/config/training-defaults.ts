import { rceKdModels, type PublishedModel } from './published/rce-kd-models.ts'

/** What a teacher or student is when nothing is said. */
export interface ModelDefaults {
  readonly backbone: string
  readonly dim: number
  readonly weightDecay: number
  /** By backbone, where there is more to say of one. */
  readonly published?: Readonly<Record<string, PublishedModel>>
}

/**
 * Per data set: MF sizes and weight decays of the RCE-KD experiments (spec 3.1); others get those of CiteULike. On the split of those
 * experiments LightGCN and HSTU are theirs as well, however large.
 */
export function modelDefaults(
  dataset: string,
  split?: unknown,
): { teacher: ModelDefaults; student: ModelDefaults } {
  const wide = ['gowalla', 'yelp2018'].includes(dataset.split(':')[0])
  const published = split === 'rce-kd' ? rceKdModels[dataset] : undefined
  const of = (role: 'teacher' | 'student') => (published ? { published: published[role] } : {})
  const teacher = wide
    ? { backbone: 'mf', dim: 300, weightDecay: 1e-4 }
    : { backbone: 'mf', dim: 400, weightDecay: 1e-3 }
  return {
    teacher: { ...teacher, ...of('teacher') },
    student: { backbone: 'mf', dim: 20, weightDecay: 1e-3, ...of('student') },
  }
}

/** Of every model: Adam as in the papers (spec 6.2). */
export const optimizerDefaults = { lr: 1e-3, batch: 2048, negatives: 1 } as const

/** Stopping rule of the papers (spec 6.2). */
export const stoppingDefaults = { epochs: 1000, patience: 30, validateEvery: 1 } as const
