import type { MethodPreset } from '@recdistill/plugin'

/** Released configurations. Of CiteULike only alpha, lambda and weight decay are known, and they are of an earlier state of the code. */
export const presets = [
  {
    dataset: 'gowalla',
    teacher: 'mf',
    student: 'mf',
    params: {
      alpha: 0.5,
      neighbours: 5,
      keep: 0.5,
      dropout: 0.2,
      norm: true,
      networks: 5,
      input: 'raw' as const,
    },
    lambda: 0.5,
    weightDecay: 1e-3,
    batch: 2048,
  },
  {
    dataset: 'citeulike-t',
    teacher: 'mf',
    student: 'mf',
    params: { alpha: 0.2 },
    lambda: 0.5,
    weightDecay: 1e-8,
    batch: 2048,
  },
] satisfies readonly MethodPreset<Record<string, number | boolean | string>>[]
