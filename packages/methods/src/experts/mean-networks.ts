import type { Experts } from '@recdistill/losses'
import type { AuxSpec, World } from '@recdistill/plugin'
import { layer, type Side } from './parameters.ts'

type Part = 'Hidden' | 'HiddenBias' | 'Output' | 'OutputBias'
type NetworkAux<T> = { readonly [name in `${Side}${Part}`]: T }

/** Two-layer networks of both sides, as wide as the teacher's vectors. */
export function networkAux(count: number, { dims: { student, teacher } }: World): NetworkAux<AuxSpec> {
  const side = <S extends Side>(name: S) =>
    ({
      [`${name}Hidden`]: layer(student, student, count * teacher),
      [`${name}HiddenBias`]: layer(student, 1, count * teacher),
      [`${name}Output`]: layer(teacher, count * teacher, teacher),
      [`${name}OutputBias`]: layer(teacher, count, teacher),
    }) as { readonly [name in `${S}${Part}`]: AuxSpec }
  return { ...side('users'), ...side('items') }
}

/** The trainable tensors of one side, by the names a loss knows. */
export function networksOf(aux: NetworkAux<unknown>, side: Side): Experts {
  const part = (name: Part) => aux[`${side}${name}`] as Experts['hidden']
  return {
    hidden: part('Hidden'),
    hiddenBias: part('HiddenBias'),
    output: part('Output'),
    outputBias: part('OutputBias'),
  }
}
