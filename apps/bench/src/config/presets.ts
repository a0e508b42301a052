import { InputError, unknownName } from '@recdistill/core'
import { speaker, type Layer } from './layer.ts'
import { paperPresets, type Preset } from './paper-presets.ts'

/** Named sets of values, below files and flags. */
export const presets: Readonly<Record<string, Preset>> = {
  quick: {
    about: 'embedded synthetic data, teacher, scratch and two methods in a few minutes',
    values: {
      dataset: 'synthetic:quick',
      // Rates at which models are done within 100 epochs: at 1e-3 a teacher stops on the plateau it starts from, some methods are
      // not done, and a student takes 88 epochs; at 3e-3 it takes 28 and is within 5 % of that on the validation part.
      teacher: { backbone: 'mf', dim: 64, lr: 5e-3 },
      student: { backbone: 'mf', dim: 8, lr: 3e-3 },
      // Half the lists of the paper for a catalogue a tenth as large.
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
      'de-rrd': { K: 20, L: 40, maxK: 60 },
      dcd: { K: 20, maxK: 60 },
      'ir-rrd': { K: 20, L: 40, maxK: 60 },
      hetcomp: { K: 20 },
      epochs: 20,
      patience: 5,
    },
  },
  ...paperPresets,
}

/** @throws InputError naming the nearest preset. */
export function presetLayer(name: string): Layer {
  const preset = presets[name]
  if (preset === undefined)
    throw new InputError(unknownName('preset', name, Object.keys(presets), 'there are'))
  return { values: preset.values, speak: speaker(`preset ${name}`) }
}
