import { InputError, nearest } from '@recdistill/core'
import type { Layer } from './layer.ts'

interface Preset {
  readonly about: string
  readonly values: Readonly<Record<string, unknown>>
}

/** Named sets of values, below files and flags. */
export const presets: Readonly<Record<string, Preset>> = {
  quick: {
    about: 'embedded synthetic data, teacher, scratch and two methods in a few minutes',
    values: {
      dataset: 'synthetic:quick',
      teacher: { backbone: 'mf', dim: 64 },
      student: { backbone: 'mf', dim: 8 },
      // Half the lists of the paper for a catalogue a tenth as large, and a rate at which 100 epochs are enough.
      rrd: { K: 50, L: 50, maxK: 200, lr: 5e-3 },
      epochs: 100,
      patience: 10,
    },
  },
  tiny: {
    about: 'the smallest embedded data, a run of seconds: to see that everything works',
    values: {
      dataset: 'synthetic:tiny',
      teacher: { backbone: 'mf', dim: 16 },
      student: { backbone: 'mf', dim: 4 },
      rrd: { K: 20, L: 40, maxK: 60 },
      'rce-kd': { K: 20, L: 20, M: 60 },
      epochs: 20,
      patience: 5,
    },
  },
  'rce-kd': {
    about: "the RCE-KD paper's protocol on CiteULike-t: MF 400 to MF 20, patience of 30 validations",
    values: {
      dataset: 'citeulike-t',
      split: 'rce-kd',
      protocol: 'rce-kd',
      teacher: { backbone: 'mf', dim: 400, weightDecay: 1e-3 },
      student: { backbone: 'mf', dim: 20, weightDecay: 1e-3 },
      epochs: 1000,
      patience: 30,
    },
  },
}

/** @throws InputError naming the nearest preset. */
export function presetLayer(name: string): Layer {
  const preset = presets[name]
  if (preset === undefined) {
    const near = nearest(name, Object.keys(presets))
    throw new InputError(
      `preset: unknown name "${name}"; ${near === null ? `there are ${Object.keys(presets).join(', ')}` : `did you mean "${near}"?`}`,
    )
  }
  return { values: preset.values, speak: (path) => `preset ${name}: ${path.join('.')}` }
}
