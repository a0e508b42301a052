import type { GatedExperts } from '@recdistill/losses'
import type { AuxSpec, World } from '@recdistill/plugin'

export type Side = 'users' | 'items'
type Part = 'Hidden' | 'HiddenBias' | 'Output' | 'OutputBias' | 'Gate' | 'GateBias'
type ExpertAux<T> = { readonly [name in `${Side}${Part}`]: T }

/** Experts and gates of both sides. */
export function expertAux(experts: number, { dims: { student, teacher } }: World): ExpertAux<AuxSpec> {
  const width = hiddenWidth(student, teacher)
  const side = <S extends Side>(name: S) =>
    ({
      [`${name}Hidden`]: layer(student, student, experts * width),
      [`${name}HiddenBias`]: layer(student, 1, experts * width),
      [`${name}Output`]: layer(width, experts * width, teacher),
      [`${name}OutputBias`]: layer(width, experts, teacher),
      [`${name}Gate`]: layer(teacher, teacher, experts),
      [`${name}GateBias`]: layer(teacher, 1, experts),
    }) as { readonly [name in `${S}${Part}`]: AuxSpec }
  return { ...side('users'), ...side('items') }
}

/** A layer, or its bias: starts uniform in +-1 / sqrt(inputs). */
export function layer(inputs: number, ...shape: number[]): AuxSpec {
  return { shape, init: { uniform: 1 / Math.sqrt(Math.max(1, inputs)) } }
}

/** Half of both vectors' lengths together; half of the student's where they are equal. */
export function hiddenWidth(student: number, teacher: number): number {
  return Math.max(1, Math.floor(student === teacher ? student / 2 : (student + teacher) / 2))
}

/** The trainable tensors of one side, by the names a loss knows. */
export function expertsOf(aux: ExpertAux<unknown>, side: Side): GatedExperts {
  const part = (name: Part) => aux[`${side}${name}`] as GatedExperts['hidden']
  return {
    hidden: part('Hidden'),
    hiddenBias: part('HiddenBias'),
    output: part('Output'),
    outputBias: part('OutputBias'),
    gate: part('Gate'),
    gateBias: part('GateBias'),
  }
}
