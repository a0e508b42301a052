import { InputError } from '@recdistill/core'

/**
 * A plugin may not take the name of another, whose values and published numbers are not its own, nor one that means something else to a run.
 * @throws InputError for a name that is not free.
 */
export function expectFreeName(
  name: string,
  {
    kind,
    reference,
    taken,
    reserved,
  }: {
    kind: string
    reference: string
    taken: readonly string[]
    reserved: ReadonlySet<string>
  },
): void {
  if (taken.includes(name))
    throw new InputError(
      `${reference}: there is a ${kind} "${name}" already; give this one another name, e.g. "my-${name}"`,
    )
  if (reserved.has(name))
    throw new InputError(`${reference}: a ${kind} may not be called "${name}"; choose another name`)
}
