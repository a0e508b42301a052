import type { SyntheticPreset } from '@recdistill/data'

export function madeUpTitles(preset: SyntheticPreset): Record<string, string>
